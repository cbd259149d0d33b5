/* random.h - numbers that look random and are the same in every run.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

static uint32_t random_state = 20260101;    /* xorshift32; a test may set it, not to 0 */

static inline uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % n;
}
