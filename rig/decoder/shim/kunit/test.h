/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of KUnit as the decoder's tests use; main.c runs the suites.
 */

#ifndef DECODER_SHIM_KUNIT_TEST_H
#define DECODER_SHIM_KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>

#include "../shim.h"

#define KUNIT_PARAM_DESC_SIZE	128

struct kunit {
	const void *param_value;
	bool failed;
	jmp_buf abort;
};

struct kunit_case {
	const char *name;
	void (*run_case)(struct kunit *test);
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

extern struct kunit_suite *const kunit_shim_suites[];

#define KUNIT_CASE(function)	{ .name = #function, .run_case = (function) }
#define KUNIT_CASE_PARAM(function, params) \
	{ .name = #function, .run_case = (function), .generate_params = (params) }

#define KUNIT_ARRAY_PARAM_DESC(gen, array, member)			\
	static const void *gen##_gen_params(const void *prev, char *desc) \
	{								\
		typeof(&(array)[0]) next = prev;			\
									\
		next = next ? next + 1 : (array);			\
		if (next == (array) + ARRAY_SIZE(array))		\
			return NULL;					\
		snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->member); \
		return next;						\
	}

#define KUNIT_EXPECT_EQ_MSG(test, left, right, ...)			\
	do {								\
		s64 left_ = (s64)(left), right_ = (s64)(right);		\
									\
		if (left_ != right_) {					\
			(test)->failed = true;				\
			printf("# %s:%d: " #left " is %#llx, not %#llx ", \
			       __FILE__, __LINE__, (long long)left_,	\
			       (long long)right_);			\
			printf(__VA_ARGS__);				\
			printf("\n");					\
		}							\
	} while (0)
#define KUNIT_EXPECT_EQ(test, left, right) \
	KUNIT_EXPECT_EQ_MSG(test, left, right, "(" #right ")")
#define KUNIT_EXPECT_LE(test, left, right) \
	KUNIT_EXPECT_EQ_MSG(test, (left) <= (right), 1, "%s is %lld", #left, \
			    (long long)(left))
#define KUNIT_EXPECT_NOT_NULL_MSG(test, pointer, ...)			\
	KUNIT_EXPECT_EQ_MSG(test, !(pointer), 0, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right)				\
	do {								\
		KUNIT_EXPECT_EQ(test, left, right);			\
		if ((test)->failed)					\
			longjmp((test)->abort, 1);			\
	} while (0)

#define kunit_test_suites(...) \
	struct kunit_suite *const kunit_shim_suites[] = { __VA_ARGS__, NULL }

#endif /* DECODER_SHIM_KUNIT_TEST_H */
