/* landscape.c - composes the scene and paints its rows.
 * SPDX-License-Identifier: MIT */
#include "landscape.h"

#include <stdlib.h>

#include "scene.h"

struct landscape {
    struct scene scene;
};

static int root(int64_t square)
{
    int64_t low = 0, high = 1 << 16;

    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (middle * middle <= square)
            low = middle;
        else
            high = middle;
    }
    return (int)low;
}

/* Neither a banner nor a column gets mountains larger than itself. */
static int unit_of(int width, int height)
{
    int unit = root((int64_t)width * height), most = (width < height ? width : height) * 8 / 5;

    return unit < most ? unit : most;
}

static void compose(struct scene *scene, const struct landscape_wanted *wanted)
{
    struct chance chance = { wanted->seed + wanted->index * 0xd1342543de82ef95u };

    scene->width = wanted->width;
    scene->height = wanted->height;
    scene->seed = chance_next(&chance);
    scene->palette = palette_pick(wanted->vivid, wanted->seed, wanted->index);
    scene->unit = unit_of(wanted->width, wanted->height);
    scene->horizon = scene_chance(&chance, wanted->height, 56, 66);
    sky_place(scene, &chance);
    night_place(scene, &chance);
    ridges_place(scene, &chance);
    trees_place(scene, &chance);
}

/* One block for all rows: one allocation to check, one to free. */
static void *share_out(struct scene *scene, int width)
{
    size_t n = (size_t)width;
    size_t numbers = n * (5 + SCENE_RIDGES) + 2 * 2 * SCENE_MARGIN, colours = n * 2;
    struct colour *block = malloc(colours * sizeof *block + numbers * sizeof(int32_t));
    int32_t *next = (int32_t *)(block ? block + colours : NULL);

    if (!block)
        return NULL;
    scene->row = block;
    scene->mirror = block + n;
    int32_t **rows[] = { &scene->glow, &scene->aurora, &scene->curtain };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, next += n)
        *rows[i] = next;
    for (size_t i = 0; i < 2; i++, next += n + 2 * SCENE_MARGIN)
        scene->scratch[i] = next;
    for (size_t i = 0; i < SCENE_RIDGES; i++, next += n)
        scene->ridges[i].crest = next;
    return block;
}

struct landscape *landscape_new(const struct landscape_wanted *wanted)
{
    struct landscape *landscape = calloc(1, sizeof *landscape);

    if (!landscape || !share_out(&landscape->scene, wanted->width)) {
        free(landscape);
        return NULL;
    }
    compose(&landscape->scene, wanted);
    return landscape;
}

void landscape_free(struct landscape *landscape)
{
    if (landscape)
        free(landscape->scene.row);
    free(landscape);
}

static void behind_water(struct scene *scene, int y, struct colour *row)
{
    sky_row(scene, y, row);
    for (int i = 0; i < scene->behind; i++) {
        land_row(scene, &scene->ridges[i], i + 1 < scene->behind ? &scene->ridges[i + 1] : NULL, y, row);
        trees_row(scene, i, y, row);
    }
}

/* Colours are finer than a byte; what is lost is spread in a pattern, so that a
 * sky does not show steps. */
static void to_bytes(const struct scene *scene, int y, unsigned char *rgb)
{
    static const unsigned char pattern[4][4] = {
        { 2, 34, 10, 42 }, { 50, 18, 58, 26 }, { 14, 46, 6, 38 }, { 62, 30, 54, 22 },
    };

    for (int x = 0; x < scene->width; x++) {
        int spread = pattern[y % 4][x % 4];
        const struct colour *c = &scene->row[x];
        *rgb++ = (unsigned char)(clamp(c->red + spread, 0, CHANNEL_MAX) >> CHANNEL_BITS);
        *rgb++ = (unsigned char)(clamp(c->green + spread, 0, CHANNEL_MAX) >> CHANNEL_BITS);
        *rgb++ = (unsigned char)(clamp(c->blue + spread, 0, CHANNEL_MAX) >> CHANNEL_BITS);
    }
}

void landscape_row(struct landscape *landscape, int y, unsigned char *rgb)
{
    struct scene *scene = &landscape->scene;

    if (y < scene->water) {
        behind_water(scene, y, scene->row);
    } else {
        behind_water(scene, water_mirror(scene, y), scene->mirror);
        water_row(scene, y, scene->row);
    }
    land_row(scene, &scene->ridges[scene->ridge_count - 1], NULL, y, scene->row);
    trees_row(scene, scene->ridge_count - 1, y, scene->row);
    to_bytes(scene, y, rgb);
}
