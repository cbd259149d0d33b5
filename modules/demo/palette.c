/* palette.c - the colour schemes, and how they vary.
 * SPDX-License-Identifier: MIT */
#include "palette.h"

#include <stddef.h>

#include "noise.h"

enum { SCHEMES = 8, COLOURS = 13, VARY = ONE / 20 };

struct scheme {
    uint32_t colours[COLOURS];      /* in the order of struct palette */
    enum palette_land land;
    enum palette_light light;
    int low, high;
};

/* clang-format off */
static const struct scheme vivid_schemes[SCHEMES] = {
    /* dawn */
    { { 0x2b3f86, 0x7d62ad, 0xf28e90, 0xffd9a2, 0xfff0c0, 0xfffbe8, 0xffbda8, 0x8a639f,
        0xb98db4, 0x6a4f8a, 0x1c1838, 0xffcbae, 0xffdfe0 }, PALETTE_HILLS, PALETTE_SUN, 4, 16 },
    /* noon */
    { { 0x0d5cc2, 0x2f8be8, 0x7cc6f6, 0xd9f2fb, 0xfff8dc, 0xffffff, 0xffffff, 0x9fc1e0,
        0x7fb4d8, 0x2f936c, 0x0b3a2a, 0xc9e8f6, 0xffffff }, PALETTE_HILLS, PALETTE_SUN, 26, 40 },
    /* dusk */
    { { 0x1a1448, 0x5c2076, 0xd4436c, 0xffa544, 0xffd370, 0xffeeb4, 0xff8060, 0x4c2062,
        0x8c3b78, 0x46205e, 0x110923, 0xf27c5c, 0xf0a0a0 }, PALETTE_PEAKS, PALETTE_SUN, 3, 12 },
    /* night */
    { { 0x040a22, 0x0a1c4a, 0x173f7a, 0x3f7aa4, 0xa8d4f2, 0xf6f7ec, 0x5f88b2, 0x0d2048,
        0x2d5a88, 0x12325e, 0x030a18, 0x4a84ae, 0xa8c4e4 }, PALETTE_PEAKS, PALETTE_MOON, 22, 40 },
    /* alpine */
    { { 0x1b60b8, 0x4c98dc, 0xa4d5f2, 0xf5ecd8, 0xfff0d0, 0xfffdf0, 0xffffff, 0xa9c1dc,
        0x88a6d2, 0x3a6294, 0x0c2438, 0xdfeaf4, 0xffffff }, PALETTE_PEAKS, PALETTE_SUN, 16, 32 },
    /* desert */
    { { 0x1f78b4, 0x62b3cc, 0xf4d29c, 0xffe4b2, 0xfff2cc, 0xfffce8, 0xfff2dc, 0xdcae8e,
        0xe6a878, 0xd0642e, 0x541a12, 0xffd6a2, 0xfff0e0 }, PALETTE_DUNES, PALETTE_SUN, 8, 26 },
    /* aurora */
    { { 0x050820, 0x0a1a3e, 0x103a56, 0x2c7480, 0x46f0a4, 0xf0fff4, 0x3f8a90, 0x0c2340,
        0x2a6478, 0x103850, 0x020a14, 0x3c8a90, 0xb0e0dc }, PALETTE_PEAKS, PALETTE_AURORA, 24, 40 },
    /* autumn */
    { { 0x3a80b8, 0x84bcd4, 0xecdcb0, 0xffe4b0, 0xfff2c8, 0xfffdea, 0xfffaf0, 0xc0b0b0,
        0xc49a92, 0xc4562a, 0x38120e, 0xf8dcb4, 0xffffff }, PALETTE_HILLS, PALETTE_SUN, 10, 26 },
};

static const struct scheme natural_schemes[SCHEMES] = {
    /* dawn */
    { { 0x5a6a8c, 0x8f90a8, 0xd3b4ac, 0xf0dcc4, 0xf8ecd6, 0xfffaf0, 0xe4cac0, 0x8f889c,
        0xa9a2b2, 0x6b6a80, 0x23262f, 0xe2d0c6, 0xf0e6e4 }, PALETTE_HILLS, PALETTE_SUN, 4, 16 },
    /* noon */
    { { 0x4a7cae, 0x7aa4c8, 0xb2cddd, 0xe2ebec, 0xfaf6e8, 0xffffff, 0xf8f9f8, 0xa9b8c4,
        0x93abb6, 0x5c7d64, 0x20301f, 0xcfdcdf, 0xfafafa }, PALETTE_HILLS, PALETTE_SUN, 26, 40 },
    /* dusk */
    { { 0x34405e, 0x6a6480, 0xb98c88, 0xe8bd92, 0xf4d8ac, 0xfff2d4, 0xd6a08c, 0x5c566c,
        0x847c90, 0x4c4a5e, 0x17181f, 0xcfa48e, 0xdcc4c0 }, PALETTE_PEAKS, PALETTE_SUN, 3, 12 },
    /* night */
    { { 0x0c121e, 0x182436, 0x2c3e54, 0x566c80, 0xb4c4d0, 0xf2f1e8, 0x6a7c8c, 0x1a2636,
        0x42566a, 0x22324a, 0x080c12, 0x5c7286, 0xa4b4c2 }, PALETTE_PEAKS, PALETTE_MOON, 22, 40 },
    /* alpine */
    { { 0x4878a4, 0x7ea4c2, 0xb8cfdb, 0xe9e6dc, 0xf6efdf, 0xfffdf5, 0xf6f7f7, 0xa8b6c3,
        0x8c9fb4, 0x54697c, 0x1c2a2c, 0xd5dde1, 0xf8f9fa }, PALETTE_PEAKS, PALETTE_SUN, 16, 32 },
    /* desert */
    { { 0x6590a8, 0x9bb6bd, 0xdccbae, 0xefe0c6, 0xf8efdc, 0xfffcf2, 0xf2eadc, 0xc0ac9a,
        0xc9aa8a, 0xa87a52, 0x4a3022, 0xe4d0b4, 0xf8f0e8 }, PALETTE_DUNES, PALETTE_SUN, 8, 26 },
    /* mist */
    { { 0x8b9ba2, 0xa7b4b8, 0xc3ccca, 0xdde1db, 0xeff0e6, 0xfafaf2, 0xd8dedd, 0x99a6ab,
        0x98a6a8, 0x596c6c, 0x1c2826, 0xd2d9d6, 0xf0f2f1 }, PALETTE_HILLS, PALETTE_SUN, 10, 24 },
    /* autumn */
    { { 0x6f8ea4, 0x9db2ba, 0xd3cdb6, 0xeae0c4, 0xf6eed6, 0xfffdf2, 0xf2efe6, 0xa9a4a2,
        0xa9978c, 0x94653e, 0x2c1c14, 0xdccdb4, 0xf8f6f2 }, PALETTE_HILLS, PALETTE_SUN, 10, 26 },
};
/* clang-format on */

static int32_t vary(struct chance *chance) { return chance_between(chance, ONE - VARY, ONE + VARY); }

/* One slight tint over all colours keeps them in tune. */
static struct colour tinted(uint32_t rgb, struct colour tint)
{
    struct colour c = colour_hex(rgb);

    return (struct colour){ colour_scale(c, tint.red).red, colour_scale(c, tint.green).green,
                            colour_scale(c, tint.blue).blue };
}

struct palette palette_pick(bool vivid, uint64_t seed, uint64_t index)
{
    const struct scheme *schemes = vivid ? vivid_schemes : natural_schemes;
    const struct scheme *scheme = &schemes[(seed + index * 3) % SCHEMES];
    struct chance chance = { seed ^ index };
    struct colour tint = { vary(&chance), vary(&chance), vary(&chance) };
    struct palette palette = {
        .land = scheme->land, .light = scheme->light, .low = scheme->low, .high = scheme->high
    };
    struct colour *slots[COLOURS] = {
        &palette.sky[0], &palette.sky[1], &palette.sky[2], &palette.sky[3], &palette.glow,
        &palette.disc, &palette.cloud_lit, &palette.cloud_shade, &palette.far, &palette.middle,
        &palette.near, &palette.haze, &palette.snow,
    };

    for (size_t i = 0; i < COLOURS; i++)
        *slots[i] = tinted(scheme->colours[i], tint);
    return palette;
}
