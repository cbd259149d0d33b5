/* colour.h - how is a colour held and mixed?
 *
 * Whole numbers only: floating point may be contracted differently from machine
 * to machine, and the same prompt must give the same picture everywhere. A
 * channel has six bits below the 0 to 255 of the picture, so that many layers of
 * haze do not band; a share is 0 to ONE.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { ONE = 65536, CHANNEL_BITS = 6, CHANNEL_MAX = 255 << CHANNEL_BITS };

struct colour {
    int32_t red, green, blue;       /* 0 to CHANNEL_MAX */
};

static inline struct colour colour_hex(uint32_t rgb)
{
    return (struct colour){ (int32_t)(rgb >> 16 & 255) << CHANNEL_BITS, (int32_t)(rgb >> 8 & 255) << CHANNEL_BITS,
                            (int32_t)(rgb & 255) << CHANNEL_BITS };
}

static inline int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : (int32_t)value;
}

/* from at 0, to at ONE. Both below 2^15, or the product overflows. */
static inline int32_t blend(int32_t from, int32_t to, int32_t share)
{
    return from + (to - from) * share / ONE;
}

/* 0 up to low, ONE from high on, an S in between. */
static inline int32_t rise(int64_t value, int64_t low, int64_t high)
{
    if (value <= low)
        return 0;
    if (value >= high)
        return ONE;
    int64_t t = (value - low) * ONE / (high - low);
    return (int32_t)((t * t / ONE) * (3 * ONE - 2 * t) / ONE);
}

static inline int32_t share_of(int32_t a, int32_t b) { return (int32_t)((int64_t)a * b / ONE); }

static inline struct colour colour_mix(struct colour from, struct colour to, int32_t share)
{
    return (struct colour){ blend(from.red, to.red, share), blend(from.green, to.green, share),
                            blend(from.blue, to.blue, share) };
}

/* Darker below ONE, lighter above. */
static inline struct colour colour_scale(struct colour c, int32_t by)
{
    return (struct colour){ clamp((int64_t)c.red * by / ONE, 0, CHANNEL_MAX),
                            clamp((int64_t)c.green * by / ONE, 0, CHANNEL_MAX),
                            clamp((int64_t)c.blue * by / ONE, 0, CHANNEL_MAX) };
}
