/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEMO_UTIL_H
#define DEMO_UTIL_H

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#endif /* DEMO_UTIL_H */
