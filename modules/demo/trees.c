/* trees.c - where do trees stand, and what is their silhouette?
 * SPDX-License-Identifier: MIT */
#include "scene.h"

/* Trees stand in groups, the larger the nearer. */
static void plant(struct scene *scene, struct chance *chance, int i, int most, int size)
{
    const struct ridge *ridge = &scene->ridges[i];
    const struct noise groves = { ridge->seed ^ 0x7ee5, 2, NOISE_SOFT };
    int32_t *grove = scene->scratch[0];

    noise_row(&groves, 0, scene_noise(scene, 1, 16 * 3), 0, grove, scene->width);
    for (int tries = 0; tries < most; tries++) {
        int x = chance_between(chance, 0, scene->width - 1);
        int32_t height = scene->unit * FINE / 1000 * chance_between(chance, size / 2, size);
        uint64_t seed = chance_next(chance);
        if (grove[x] < chance_between(chance, NOISE_ONE / 4, NOISE_ONE * 3 / 4) || height < 2 * FINE)
            continue;
        scene->trees[scene->tree_count++] =
            (struct tree){ x * FINE + FINE / 2, ridge->crest[x] - height * 9 / 10, height, i, seed };
    }
}

void trees_place(struct scene *scene, struct chance *chance)
{
    int front = scene->ridge_count - 1;

    scene->tree_count = 0;
    if (scene->palette.land == PALETTE_DUNES)
        return;
    if (scene->water == scene->height)
        plant(scene, chance, front - 1, SCENE_TREES / 2, 44);
    plant(scene, chance, front, SCENE_TREES / 3, 130);
}

/* Half the width at a share of the height, from the tip: tiers of branches. */
static int64_t half_width(const struct tree *tree, int32_t at)
{
    int32_t tiers = 5 + (int32_t)(tree->seed % 4);
    int32_t tier = (int32_t)((int64_t)at * tiers % ONE);
    int64_t slope = (int64_t)tree->height * (17 + (int64_t)(tree->seed >> 8) % 8) / 100;

    if (at > ONE * 93 / 100)
        return tree->height / 45;       /* the trunk */
    return slope * (at + ONE / 40) / ONE * (ONE * 5 / 10 + tier / 2) / ONE;
}

static void paint_tree(const struct scene *scene, const struct tree *tree, int y, struct colour *row)
{
    struct colour colour = colour_scale(scene->ridges[tree->ridge].body, ONE * 7 / 10);
    int32_t at = (int32_t)((int64_t)(y * FINE + FINE / 2 - tree->top) * ONE / tree->height);
    int64_t half = half_width(tree, at), left = tree->x - half, right = tree->x + half;
    int64_t first = left / FINE, last = right / FINE;

    for (int64_t x = first < 0 ? 0 : first; x <= last && x < scene->width; x++) {
        int64_t from = x * FINE > left ? x * FINE : left;
        int64_t to = (x + 1) * FINE < right ? (x + 1) * FINE : right;
        if (to > from)
            row[x] = colour_mix(row[x], colour, (int32_t)((to - from) * (ONE / FINE)));
    }
}

void trees_row(const struct scene *scene, int ridge, int y, struct colour *row)
{
    int32_t middle = y * FINE + FINE / 2;

    for (int i = 0; i < scene->tree_count; i++) {
        const struct tree *tree = &scene->trees[i];
        if (tree->ridge == ridge && middle > tree->top && middle < tree->top + tree->height)
            paint_tree(scene, tree, y, row);
    }
}
