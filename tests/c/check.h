/* check.h - did everything that a table of cases claims come true?
 *
 * The harness of the C unit tests: each file in tests/c is a program that calls
 * CHECK() for what must hold and ends with check_finish(). It prints a TAP line
 * for each claim, so that tests/run can count them. A file that claims nothing
 * fails.
 *
 *     CHECK(base64_valid("Zg==", 4), "valid: %s", "one byte");
 *     CHECK_TEXT(got, "expected", "encode: %s", c->name);
 *     return check_finish();
 *
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_count, check_failures;

__attribute__((format(printf, 4, 5)))
static inline bool check_that(bool good, const char *file, int line, const char *format, ...)
{
    va_list args;

    printf("%sok %d - ", good ? "" : "not ", ++check_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    if (!good)
        printf("# %s:%d\n", file, line);
    check_failures += !good;
    fflush(stdout);
    return good;
}

static inline int check_finish(void)
{
    printf("1..%d\n", check_count);
    return check_count == 0 || check_failures > 0;
}

/* Claims that a condition holds; the rest is the claim in words, as for printf. */
#define CHECK(condition, ...) check_that((condition), __FILE__, __LINE__, __VA_ARGS__)

/* Claims that two texts are the same, and shows both when they are not. */
#define CHECK_TEXT(got, expected, ...)                                              \
    do {                                                                            \
        const char *check_got = (got), *check_expected = (expected);                \
        if (!CHECK(check_got && strcmp(check_got, check_expected) == 0, __VA_ARGS__)) \
            printf("# expected %s\n# got      %s\n", check_expected, check_got ? check_got : "NULL"); \
    } while (0)
