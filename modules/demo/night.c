/* night.c - stars and the aurora: where are they, and how do they shine?
 * SPDX-License-Identifier: MIT */
#include "scene.h"

enum { PIXELS_A_STAR = 1500 };      /* at least: a small picture would be all stars */

static void place_stars(struct scene *scene, struct chance *chance)
{
    int32_t small = (int32_t)((int64_t)scene->unit * FINE / 800 + FINE * 6 / 10);

    scene->star_count = clamp((int64_t)scene->width * scene->height / PIXELS_A_STAR, 0, SCENE_STARS);
    for (int i = 0; i < scene->star_count; i++) {
        int32_t bright = chance_between(chance, 0, ONE);
        scene->stars[i] = (struct star){ .x = chance_between(chance, 0, scene->width * FINE),
                                         .y = chance_between(chance, 0, scene->horizon * FINE),
                                         .radius = small + share_of(share_of(bright, bright), small),
                                         .bright = ONE / 8 + share_of(bright, share_of(bright, ONE * 7 / 8)) };
    }
}

static void place_aurora(struct scene *scene)
{
    const struct noise edge = { scene->seed ^ 0xa0, 3, NOISE_SOFT }, rays = { scene->seed ^ 0xa1, 4, NOISE_SOFT };

    noise_row(&edge, 0, scene_noise(scene, 1, 16), 0, scene->aurora, scene->width);
    noise_row(&rays, 0, scene_noise(scene, 1, 16 * 5), 0, scene->curtain, scene->width);
    for (int x = 0; x < scene->width; x++) {
        int64_t down = (int64_t)scene->unit * (scene->aurora[x] - NOISE_ONE / 2) / NOISE_ONE * 4 / 10;
        scene->aurora[x] = (int32_t)((scene->horizon - scene_part(scene, 29) + down) * FINE);
        scene->curtain[x] = rise(scene->curtain[x], -NOISE_ONE / 4, NOISE_ONE * 6 / 10);
    }
}

void night_place(struct scene *scene, struct chance *chance)
{
    scene->star_count = 0;
    if (scene->palette.light != PALETTE_SUN)
        place_stars(scene, chance);
    if (scene->palette.light == PALETTE_AURORA)
        place_aurora(scene);
}

static void paint_star(const struct scene *scene, const struct star *star, int y, struct colour *row)
{
    int64_t dy2 = squared(y * FINE + FINE / 2 - star->y), radius2 = squared(star->radius);
    int first = (star->x - star->radius) / FINE, last = (star->x + star->radius) / FINE;

    for (int x = first < 0 ? 0 : first; x <= last && x < scene->width; x++) {
        int64_t distance2 = squared(x * FINE + FINE / 2 - star->x) + dy2;
        if (distance2 >= radius2)
            continue;
        int32_t near = (int32_t)(ONE - distance2 * ONE / radius2);
        row[x] = colour_mix(row[x], scene->palette.disc, share_of(share_of(near, near), star->bright));
    }
}

static void paint_stars(const struct scene *scene, int y, struct colour *row)
{
    int at = y * FINE + FINE / 2;

    for (int i = 0; i < scene->star_count; i++) {
        const struct star *star = &scene->stars[i];
        if (at > star->y - star->radius && at < star->y + star->radius)
            paint_star(scene, star, y, row);
    }
}

/* A curtain: sharp below, fading upwards, in vertical rays. */
static void paint_aurora(const struct scene *scene, int y, struct colour *row)
{
    struct colour high = colour_hex(0x8a5cf0);
    int64_t tall = (int64_t)scene_part(scene, 34) * FINE, soft = (int64_t)scene_part(scene, 3) * FINE;

    for (int x = 0; x < scene->width; x++) {
        int64_t above = scene->aurora[x] - (int64_t)y * FINE;
        if (above <= -soft || above >= tall)
            continue;
        int32_t fade = ONE - rise(above, 0, tall);
        int32_t share = share_of(share_of(fade, fade), rise(above, -soft, soft));
        struct colour light = colour_mix(scene->palette.glow, high, rise(above, tall / 8, tall * 2 / 3));
        row[x] = colour_mix(row[x], light, share_of(share, scene->curtain[x]));
    }
}

void night_row(const struct scene *scene, int y, struct colour *row)
{
    paint_stars(scene, y, row);
    if (scene->palette.light == PALETTE_AURORA)
        paint_aurora(scene, y, row);
}
