#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mutate.py [OPTION...] --try COMMAND FILE...: change FILEs, one place at a time.

  --try COMMAND   COMMAND DIR FILE NAME builds and tests the changed FILE, a file that
                  is named NAME, in DIR, a directory of its own; its status is 0 if
                  no test fails, 125 if the file does not compile
  --seed N        the order in which mutants are tried (default 1)
  --count N       how many that compile; 0: all (default 0)
  --skip N        pass over the first N of them
  --jobs N        how many at once (default 1)
  --timeout S     seconds until one counts as killed (default 60)
  --kinds A,B     only these kinds (see below)
  --match REGEX   only those of which "FILE FUNCTION OLD NEW" matches
  --equivalent F  those that are argued to be equivalent (rig/mutants/)
  --list          only print the mutants

Prints a table, and the diff of each mutant that no test notices. The status is 0 if
there is none, and none of the equivalent ones is noticed.

Kinds: compare (turned), bound (off by one), logic, arithmetic, unary, condition
(of if and ?:, negated), literal (one more, one less), result (of a return), swapped
(x and y, width and height), row (of a table, left out), left-out (a statement, such
as a lock, a put, a notification).

The tokens are clang's, which needs no headers for them.
"""
import argparse
import bisect
import collections
import concurrent.futures
import difflib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile

from clang import cindex

TURNED = {"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
BOUND = {"<": "<=", ">": ">=", "<=": "<", ">=": ">"}
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {
    "+": "-", "-": "+", "*": "+", "/": "*", "%": "/", "|": "&", "&": "|",
    "^": "|", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=", "|=": "&=",
    "&=": "|=", "++": "--", "--": "++",
}
SWAPPED = [("x", "y"), ("width", "height"), ("hsub", "vsub")]
# Where a word of the name of a type begins what is in parentheses, that is a cast.
TYPE = re.compile(r"(struct|union|enum|const|unsigned|void|char|int|long|bool|size_t|[us](8|16|32|64))$")
BEFORE_EXPRESSION = {"(", "[", "{", "}", ";", ",", "=", "return", ":", "?", "+=",
                     "-=", "|=", "&="}

Mutant = collections.namedtuple("Mutant", "path start end text kind function line")
Token = collections.namedtuple("Token", "text kind start end line")


def tokens_of(path):
    """Tokens without comments, and without directives other than #define."""
    unit = cindex.Index.create().parse(str(path), args=["-nostdinc"])
    source = path.read_bytes()
    tokens, skipped_line = [], 0
    for token in unit.get_tokens(extent=unit.cursor.extent):
        start, end = token.extent.start, token.extent.end
        line = start.line
        if token.kind == cindex.TokenKind.COMMENT or line <= skipped_line:
            continue
        if token.spelling == "#":
            lines = source.split(b"\n")
            last = line
            while lines[last - 1].endswith(b"\\"):
                last += 1
            if not re.match(rb"#\s*define\s+\w+(\(.*?\))?\s+\S", source[start.offset:]):
                skipped_line = last
                continue
        tokens.append(Token(token.spelling, token.kind.name, start.offset, end.offset, line))
    return source, tokens


class File:
    """A file of C, and what of it can be changed."""

    def __init__(self, path):
        self.path = path
        self.source, self.tokens = tokens_of(path)
        self.lines = [0] + [i + 1 for i, c in enumerate(self.source) if c == 10]
        self.match = self._match()
        self.where = self._where()

    def _match(self):
        """By the index of a bracket, the index of its partner."""
        match, stack = {}, []
        for i, token in enumerate(self.tokens):
            if token.text in ("(", "[", "{"):
                stack.append(i)
            elif token.text in (")", "]", "}") and stack:
                match[i] = stack.pop()
                match[match[i]] = i
        return match

    def _brace_kind(self, i, stack):
        before = self.tokens[i - 1].text if i else ""
        outer = stack[-1][0] if stack else ""
        if before == "=" or outer == "table":
            return "table"
        if before == ")":
            if not outer:
                return "function"
            opened = self.match[i - 1]
            cast = TYPE.match(self.tokens[opened + 1].text)
            return "table" if cast and self.tokens[opened - 1].text in BEFORE_EXPRESSION else outer
        if outer == "function":
            return outer
        return "type"

    def _where(self):
        """Of each token: (function, table, define, type or "", name)."""
        where, stack, define = [], [], None
        for i, token in enumerate(self.tokens):
            if token.text == "#":
                define = (self.tokens[i + 2].text, self._end_of_line(token))
            if define and token.start < define[1]:
                where.append(("define", define[0]))
                continue
            define = None
            if token.text == "{":
                kind = self._brace_kind(i, stack)
                name = stack[-1][1] if stack else self._name(i)
                stack.append((kind, name))
            where.append(stack[-1] if stack else ("", ""))
            if token.text == "}" and stack:
                stack.pop()
        return where

    def _end_of_line(self, token):
        end = self.source.find(b"\n", token.start)
        while self.source[end - 1:end] == b"\\":
            end = self.source.find(b"\n", end + 1)
        return end

    def _name(self, i):
        """Of the function or table whose brace is token i."""
        j = i - 1
        while j > 0 and self.tokens[j].text in (")", "]", "="):
            j = self.match[j] - 1 if self.tokens[j].text in (")", "]") else j - 1
        return self.tokens[j].text

    def _is_binary(self, i):
        before = self.tokens[i - 1]
        if before.text == ")":
            inside = self.tokens[self.match[i - 1] + 1].text
            called = self.tokens[self.match[i - 1] - 1].kind == "IDENTIFIER"
            return called or not TYPE.match(inside)
        return before.kind in ("IDENTIFIER", "LITERAL") or before.text == "]"

    def _is_declared(self, i):
        """Is this '*' of a declaration, and no product?"""
        j = i - 1
        while j > 0 and self.tokens[j].kind in ("IDENTIFIER", "KEYWORD"):
            j -= 1
        words = self.tokens[j + 1:i]
        return self.tokens[j].text in ("(", ",", ";", "{", "}") and any(
            TYPE.match(word.text) or word.text == "static" for word in words)

    def mutants(self):
        """All of them, in the order of the file."""
        seen = set()
        for mutant in sorted(self._all(), key=lambda m: (m.start, m.end, m.kind)):
            key = mutant.start, mutant.end, mutant.text
            if key not in seen:
                seen.add(key)
                yield mutant

    def _make(self, i, last, text, kind):
        first = self.tokens[i]
        return Mutant(self.path, first.start, self.tokens[last].end, text, kind,
                      self.where[i][1], first.line)

    def _all(self):
        for i, token in enumerate(self.tokens):
            place = self.where[i][0]
            if place in ("", "type") or token.text == "#":
                continue
            if place == "define" and self.tokens[i - 1].text == "define":
                continue
            yield from self._of_token(i, token)
            if place == "function":
                yield from self._of_statement(i, token)
            elif place == "table":
                yield from self._of_row(i, token)

    def _of_token(self, i, token):
        text = token.text
        if token.kind == "PUNCTUATION":
            for table, kind in ((TURNED, "compare"), (BOUND, "bound"), (LOGIC, "logic")):
                if text in table:
                    yield self._make(i, i, table[text], kind)
            if text in ("++", "--") or (text in ARITHMETIC and self._is_binary(i) and
                                        not (text == "*" and self._is_declared(i))):
                yield self._make(i, i, ARITHMETIC[text], "arithmetic")
            elif text in ("!", "~") or (text == "-" and i and not self._is_binary(i)):
                yield self._make(i, i, "", "unary")
            if text == "?":
                yield from self._negated_choice(i)
        elif token.kind == "LITERAL":
            yield from self._other_numbers(i, text)
        elif token.kind == "IDENTIFIER":
            for pair in SWAPPED:
                other = swapped(text, *pair)
                if other != text:
                    yield self._make(i, i, other, "swapped")
        elif text == "if":
            last = self.match.get(i + 1)
            if last:
                condition = self.text(i + 2, last - 1)
                yield self._make(i + 2, last - 1, f"!({condition})", "condition")

    def _other_numbers(self, i, text):
        number = re.fullmatch(r"(0x[0-9a-fA-F]+|[0-9]+)([uUlL]*)", text)
        if not number:
            return
        value, base = int(number[1], 0), "0x%x" if text.startswith("0x") else "%d"
        for other in (value + 1, value - 1):
            if other >= 0:
                yield self._make(i, i, base % other + number[2], "literal")

    def _negated_choice(self, i):
        j = i - 1
        while j > 0 and self.tokens[j].text not in BEFORE_EXPRESSION:
            j = self.match[j] - 1 if self.tokens[j].text in (")", "]") else j - 1
        if j + 1 < i:
            yield self._make(j + 1, i - 1, f"!({self.text(j + 1, i - 1)})", "condition")

    def _of_statement(self, i, token):
        before = self.tokens[i - 1].text
        if before not in (";", "{", "}", ")", "else", ":") or token.text in "{};":
            return
        if before == ")" and not self._ends_condition(i - 1):
            return
        last = i
        while self.tokens[last].text != ";":
            if self.tokens[last].text in ("{", "}"):
                return
            last = self.match[last] if self.tokens[last].text in ("(", "[") else last
            last += 1
        words = self.tokens[i:last]
        if token.kind == "KEYWORD":
            if token.text in ("return", "continue", "break", "goto"):
                yield self._make(i, last, ";", "left-out")
            if token.text == "return" and len(words) > 1:
                yield from self._other_results(i, last)
        elif token.kind == "IDENTIFIER" or token.text in ("*", "++", "--", "("):
            declared = len(words) > 1 and words[1].kind == "IDENTIFIER"
            if not declared:
                yield self._make(i, last, ";", "left-out")

    def _ends_condition(self, i):
        """Is a statement to come after this ')': of if, for or a macro like it?"""
        j = self.match[i] - 1
        return self.tokens[j].text in ("if", "for", "while", "switch") or \
            "for_each" in self.tokens[j].text

    def _other_results(self, i, last):
        value = self.text(i + 1, last - 1)
        for pattern, other in ((r"-E\w+", "0"), (r"GVT_REFUSED_\w+", "GVT_DESCRIBED"),
                               ("true", "false"), ("false", "true")):
            if re.fullmatch(pattern, value):
                yield self._make(i + 1, last - 1, other, "result")

    def _of_row(self, i, token):
        if token.text != "{" or self.tokens[i - 1].text not in ("{", ",", "="):
            return
        outer = self.where[i - 1][0] == "table" and self.tokens[i - 1].text != "="
        last = self.match[i]
        if not outer or last == i + 1:
            return
        first = i
        if self.tokens[last + 1].text == ",":
            last += 1
        yield self._make(first, last, "", "row")

    def text(self, first, last):
        return self.source[self.tokens[first].start:self.tokens[last].end].decode()

    def changed(self, mutant):
        return self.source[:mutant.start] + mutant.text.encode() + self.source[mutant.end:]

    def name(self, mutant):
        """What does not change with the place in the file: (file, function, old, new)."""
        first = self.lines[bisect.bisect_right(self.lines, mutant.start) - 1]
        last = self.source.find(b"\n", mutant.end)
        head, tail = self.source[first:mutant.start], self.source[mutant.end:last]
        old = head + self.source[mutant.start:mutant.end] + tail
        new = head + mutant.text.encode() + tail
        return (self.path.name, mutant.function, squeezed(old), squeezed(new))


def swapped(name, one, other):
    """NAME with its word ONE replaced by OTHER, or the other way."""
    pairs = {one: other, other: one, one.upper(): other.upper(), other.upper(): one.upper()}
    return "_".join(pairs.get(word, word) for word in name.split("_"))


def squeezed(text):
    return " ".join(text.decode().split())


def read_equivalent(path):
    """{(file, function, old, new): reason}, of a file as rig/mutants/README.md says."""
    known, entry, where = {}, {}, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        mark, text = line[:2], " ".join(line[2:].split())
        if mark in ("- ", "+ ", "= "):
            entry[mark[0]] = text
        elif re.fullmatch(r"\S+\.[ch]: \w+", line):
            where = tuple(line.split(": "))
        else:
            sys.exit(f"error: {path}:{number}: not understood: {line}")
        if mark == "= ":
            known[(*where, entry.get("-", ""), entry.get("+", ""))] = text
            entry = {}
    return known


def attempt(file, mutant, options):
    """killed, survived or broken."""
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        changed = pathlib.Path(work) / file.path.name
        changed.write_bytes(file.changed(mutant))
        command = [options.try_, work, str(changed), file.path.name]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as process:
            try:
                status = process.wait(options.timeout)
            except subprocess.TimeoutExpired:
                # With all that it has started. What loops is ended before, by the limits
                # of --try: this is a busy machine, and says nothing of the mutant.
                os.killpg(process.pid, signal.SIGTERM)
                return "broken"
    return {0: "survived", 125: "broken"}.get(status, "killed")


def diff(file, mutant):
    lines = difflib.unified_diff(
        file.source.decode().splitlines(), file.changed(mutant).decode().splitlines(),
        f"a/{file.path.name}", f"b/{file.path.name}", lineterm="", n=2)
    return "\n".join([f"# {mutant.kind}, in {mutant.function}", *lines])


def print_table(counts):
    columns = ("mutants", "killed", "equivalent", "survived", "broken")
    print(f"{'file':32}" + "".join(f"{column:>11}" for column in columns))
    total = collections.Counter()
    for name, count in [*sorted(counts.items()), ("all", total)]:
        if name != "all":
            count["mutants"] = sum(count[c] for c in columns[1:4])
            total.update(count)
        print(f"{name:32}" + "".join(f"{count[column]:>11}" for column in columns))


def run(files, mutants, known, options):
    """Try them in turn until enough compiled; the status of this program."""
    counts = collections.defaultdict(collections.Counter)
    enough = options.count or len(mutants)
    survivors, wrong, met, done, queue = [], [], set(), 0, iter(mutants)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pending = {}

        def start():
            mutant = next(queue, None)
            if mutant:
                file = files[mutant.path]
                pending[pool.submit(attempt, file, mutant, options)] = (file, mutant)

        for _ in range(options.jobs):
            start()
        while pending:
            finished, _ = concurrent.futures.wait(
                pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                file, mutant = pending.pop(future)
                result, name = future.result(), file.name(mutant)
                met.add(name)
                if name in known and result == "killed":
                    wrong.append((file, mutant))
                if name in known and result == "survived":
                    result = "equivalent"
                counts[file.path.name][result] += 1
                done += result != "broken"
                if result == "survived":
                    survivors.append((file, mutant))
                    print(diff(file, mutant) + "\n", flush=True)
                if done + len(pending) < enough:
                    start()
                if done % 50 == 0 and result != "broken":
                    print(f"# {done} of {enough} tried, {len(survivors)} survived", flush=True)
    print_table(counts)
    for file, mutant in wrong:
        print("called equivalent, and a test fails with it:\n" + diff(file, mutant))
    if not (options.count or options.skip or options.kinds or options.match):
        for name in sorted(known.keys() - met):
            if any(name[0] == path.name for path in files):
                print("called equivalent, and there is no such mutant: " + " | ".join(name))
                wrong.append(name)
    return 1 if survivors or wrong else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--try", dest="try_")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=60)
    parser.add_argument("--kinds")
    parser.add_argument("--match")
    parser.add_argument("--work")
    parser.add_argument("--equivalent", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()

    files = {path: File(path) for path in options.files}
    mutants = [mutant for file in files.values() for mutant in file.mutants()]
    if options.kinds:
        mutants = [m for m in mutants if m.kind in options.kinds.split(",")]
    if options.match:
        mutants = [m for m in mutants if re.search(options.match, " ".join(files[m.path].name(m)))]
    random.Random(options.seed).shuffle(mutants)
    del mutants[:options.skip]
    if options.list:
        for mutant in sorted(mutants):
            name = files[mutant.path].name(mutant)
            print(f"{name[0]}:{mutant.line} {name[1]} {mutant.kind}\n- {name[2]}\n+ {name[3]}")
        sys.exit(0)
    known = read_equivalent(options.equivalent) if options.equivalent else {}
    sys.exit(run(files, mutants, known, options))


if __name__ == "__main__":
    main()
