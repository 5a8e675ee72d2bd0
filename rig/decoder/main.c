// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the decoder's KUnit suites in user space and prints KTAP.
 */

#include <kunit/test.h>

static unsigned int passed, failed;

static bool run_one(const struct kunit_case *test_case, const void *param)
{
	struct kunit test = { .param_value = param };

	if (!setjmp(test.abort))
		test_case->run_case(&test);
	if (test.failed)
		failed++;
	else
		passed++;
	return !test.failed;
}

static bool run_params(const struct kunit_case *test_case)
{
	char desc[KUNIT_PARAM_DESC_SIZE];
	const void *param = NULL;
	bool all_ok = true;
	unsigned int n = 0;

	printf("        KTAP version 1\n        # Subtest: %s\n",
	       test_case->name);
	while ((param = test_case->generate_params(param, desc))) {
		bool ok = run_one(test_case, param);

		printf("        %sok %u %s\n", ok ? "" : "not ", ++n, desc);
		all_ok &= ok;
	}
	printf("        1..%u\n", n);
	return all_ok && n;
}

static bool run_suite(const struct kunit_suite *suite)
{
	const struct kunit_case *test_case;
	bool all_ok = true;
	unsigned int n = 0;

	printf("    KTAP version 1\n    # Subtest: %s\n", suite->name);
	for (test_case = suite->test_cases; test_case->run_case; test_case++) {
		bool ok = test_case->generate_params ?
			  run_params(test_case) : run_one(test_case, NULL);

		printf("    %sok %u %s\n", ok ? "" : "not ", ++n,
		       test_case->name);
		all_ok &= ok;
	}
	printf("    1..%u\n", n);
	return all_ok;
}

int main(void)
{
	unsigned int n = 0;
	bool all_ok = true;

	printf("KTAP version 1\n");
	for (; kunit_shim_suites[n]; n++) {
		bool ok = run_suite(kunit_shim_suites[n]);

		printf("%sok %u %s\n", ok ? "" : "not ", n + 1,
		       kunit_shim_suites[n]->name);
		all_ok &= ok;
	}
	printf("1..%u\n# pass:%u fail:%u skip:0 total:%u\n", n, passed, failed,
	       passed + failed);
	return all_ok ? 0 : 1;
}
