/* water.c - a row of water: the mirror image, rippled, with the sun's path.
 * SPDX-License-Identifier: MIT */
#include "scene.h"

int water_mirror(const struct scene *scene, int y)
{
    int down = y - scene->water;

    return clamp(scene->water - 1 - down * 5 / 4, 0, scene->height - 1);
}

/* Waves lie on a plane below us: larger the nearer. */
static void waves(const struct scene *scene, int y, int32_t *out)
{
    const struct noise noise = { scene->seed ^ 0x3a7e, 3, NOISE_SOFT };
    int64_t below = (int64_t)(y - scene->water) * ONE / scene->unit + ONE / 40;
    int64_t away = (int64_t)ONE * ONE / 10 / below;
    int64_t step = scene_noise(scene, 1, 16) * 4 * away / ONE;

    noise_row(&noise, -step * (scene->width / 2) + ((int64_t)1000 << 24), step, away * (NOISE_UNIT / ONE) * 40, out,
              scene->width);
}

/* The sun's path: narrow at the horizon, wider towards us. */
static int32_t path(const struct scene *scene, int x, int down)
{
    int64_t wide = scene->sun_radius + down / 4, off = x - scene->sun_x;
    int64_t near = wide * wide * ONE / (wide * wide + off * off);

    if (scene->palette.light == PALETTE_AURORA)
        return 0;
    return (int32_t)(near * near / ONE * 3 / 4);
}

void water_row(struct scene *scene, int y, struct colour *row)
{
    int32_t *wave = scene->scratch[0];
    int down = y - scene->water;
    int32_t depth = clamp((int64_t)down * ONE / (scene->height - scene->water), 0, ONE);
    struct colour deep = colour_mix(scene->palette.sky[0], scene->palette.near, ONE / 3);
    int swing = down / 5 + scene->unit / 90;

    waves(scene, y, wave);
    for (int x = 0; x < scene->width; x++) {
        int from = clamp(x + (int64_t)(wave[x] - NOISE_ONE / 2) * swing / NOISE_ONE, 0, scene->width - 1);
        struct colour c = colour_mix(scene->mirror[from], deep, ONE / 10 + depth * 4 / 10);
        int32_t crest = rise(wave[x], NOISE_ONE * 50 / 100, NOISE_ONE * 72 / 100);
        c = colour_mix(c, scene->palette.sky[3], share_of(crest, ONE / 8));
        row[x] = colour_mix(c, scene->palette.disc, share_of(path(scene, x, down), crest));
    }
}
