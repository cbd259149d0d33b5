/* sky.c - where is the light, and what does the sky look like by it?
 * SPDX-License-Identifier: MIT */
#include "scene.h"

static struct colour gradient(const struct scene *scene, int y)
{
    static const int32_t stops[PALETTE_SKY] = { 0, ONE * 40 / 100, ONE * 76 / 100, ONE };
    int32_t at = clamp((int64_t)y * ONE / scene->horizon, 0, ONE);
    int i = 1;

    while (at > stops[i])
        i++;
    return colour_mix(scene->palette.sky[i - 1], scene->palette.sky[i],
                      (int32_t)((int64_t)(at - stops[i - 1]) * ONE / (stops[i] - stops[i - 1])));
}

/* ONE at the centre, a half at radius, never quite 0. */
static int32_t falloff(int64_t distance2, int64_t radius)
{
    int64_t radius2 = radius * radius + 1;

    return (int32_t)(radius2 * ONE / (radius2 + distance2));
}

/* The light is wider than it is high, as in air over a horizon. */
static void glow_row(struct scene *scene, int y)
{
    int64_t dy2 = squared(y - scene->sun_y) * 2;
    int wide = scene_part(scene, 26);

    for (int x = 0; x < scene->width; x++) {
        int32_t share = falloff(squared(x - scene->sun_x) + dy2, wide);
        scene->glow[x] = share_of(share, share);
    }
}

static void paint_light(const struct scene *scene, int y, struct colour *row)
{
    struct colour base = gradient(scene, y);
    int32_t strength = scene->palette.light == PALETTE_SUN ? ONE * 9 / 10 : ONE / 3;

    if (scene->palette.light == PALETTE_AURORA)
        strength = 0;
    for (int x = 0; x < scene->width; x++)
        row[x] = colour_mix(base, scene->palette.glow, share_of(scene->glow[x], strength));
}

/* Is the pixel inside a disc? A share, soft over the pixel at its edge. */
static int32_t inside(int64_t distance2, int64_t radius)
{
    int64_t edge = radius * radius - distance2;     /* about 2 * radius * distance to the edge */

    return clamp(ONE / 2 + edge * ONE / (2 * radius), 0, ONE);
}

static void paint_disc(const struct scene *scene, int y, struct colour *row)
{
    int radius = scene->sun_radius;
    bool moon = scene->palette.light == PALETTE_MOON;

    for (int x = 0; x < scene->width; x++) {
        int64_t distance2 = squared(x - scene->sun_x) + squared(y - scene->sun_y);
        int32_t halo = falloff(distance2, radius * 2);
        halo = share_of(share_of(halo, halo), moon ? ONE / 3 : ONE * 3 / 4);
        row[x] = colour_mix(row[x], scene->palette.disc, halo);
        int32_t disc = inside(distance2, radius);
        if (moon && disc > 0)
            disc = share_of(disc, ONE - inside(squared(x - scene->sun_x + radius / 2) +
                                               squared(y - scene->sun_y + radius / 5), radius - radius / 16));
        row[x] = colour_mix(row[x], scene->palette.disc, disc);
    }
}

/* Clouds lie on a plane above us, so that they flatten towards the horizon.
 * away: how far off the plane is at this row. */
static void cloud_density(const struct scene *scene, int64_t away, int32_t *density)
{
    const struct noise noise = { scene->seed ^ 0xc10d, 5, NOISE_SOFT };
    int64_t step = scene_noise(scene, 1, 16) * 3 / 2 * away / ONE;
    int64_t left = (int64_t)(scene->seed & 0xffff) * NOISE_UNIT - step * (scene->width / 2);

    noise_row(&noise, left, step, away * (NOISE_UNIT / ONE) * 6, density, scene->width);
}

static void paint_clouds(struct scene *scene, int y, struct colour *row)
{
    const struct palette *palette = &scene->palette;
    int64_t above = (int64_t)(scene->horizon - y) * ONE / scene->unit + ONE / 9;
    int32_t *density = scene->scratch[0];
    int32_t thin = NOISE_ONE * 70 / 100 - share_of(scene->cloudy, NOISE_ONE * 34 / 100);

    if (above <= 0)
        return;
    cloud_density(scene, (int64_t)ONE * ONE * 2 / 5 / above, density);
    for (int x = 0; x < scene->width; x++) {
        int32_t cover = rise(density[x], thin, thin + NOISE_ONE / 4);
        int32_t thick = rise(density[x], thin + NOISE_ONE / 10, thin + NOISE_ONE / 3);
        struct colour c = colour_mix(palette->cloud_lit, palette->cloud_shade, share_of(thick, ONE * 3 / 4));
        c = colour_mix(c, palette->glow, share_of(scene->glow[x], ONE * 3 / 4));
        row[x] = colour_mix(row[x], c, share_of(cover, ONE * 4 / 5));
    }
}

void sky_place(struct scene *scene, struct chance *chance)
{
    int above = scene_chance(chance, scene->unit, scene->palette.low, scene->palette.high);

    scene->sun_radius = scene_part(scene, scene->palette.light == PALETTE_MOON ? 4 : 3) + 1;
    int right = chance_next(chance) % 2 ? 0 : 40;       /* never in the middle */
    scene->sun_x = scene_chance(chance, scene->width, 18 + right, 42 + right);
    scene->sun_y = scene->horizon - above;
    if (scene->sun_y < scene->height / 10)
        scene->sun_y = scene->height / 10;
    scene->cloudy = scene->palette.light == PALETTE_AURORA ? 0 : chance_between(chance, 0, ONE);
    scene->shine = scene->palette.light == PALETTE_AURORA ? ONE / 8 : ONE * 4 / 10;
}

void sky_row(struct scene *scene, int y, struct colour *row)
{
    glow_row(scene, y);
    paint_light(scene, y, row);
    night_row(scene, y, row);
    if (scene->palette.light != PALETTE_AURORA)
        paint_disc(scene, y, row);
    paint_clouds(scene, y, row);
}
