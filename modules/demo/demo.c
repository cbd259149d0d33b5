/* demo.c - the task demo.draw: a landscape from a prompt.
 *
 * Checks what it was asked for, makes one number of it, and has that number drawn.
 * SPDX-License-Identifier: MIT */
#include <pictor.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "landscape.h"
#include "noise.h"
#include "pngout.h"

enum { SIDE_MIN = 16, SIDE_MAX = 4096, SIDE_DEFAULT = 1024, PALETTE_SHOWN = 64 };

static bool read_side(struct pictor_task *task, const char *name, int *side)
{
    long pixels = pictor_integer(task, name, SIDE_DEFAULT);

    if (pixels < SIDE_MIN || pixels > SIDE_MAX) {
        pictor_fail(task, "%s: expected %d to %d, got %ld", name, SIDE_MIN, SIDE_MAX, pixels);
        return false;
    }
    *side = (int)pixels;
    return true;
}

/* As much of a text as an error shows, never half a UTF-8 character. */
static int shown(const char *text)
{
    size_t len = strnlen(text, PALETTE_SHOWN + 1);

    if (len > PALETTE_SHOWN) {
        for (len = PALETTE_SHOWN; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
            len--;
    }
    return (int)len;
}

static bool read_palette(struct pictor_task *task, bool *vivid)
{
    const char *palette = pictor_text(task, "palette");

    *vivid = !palette || strcmp(palette, "vivid") == 0;
    if (*vivid || strcmp(palette, "natural") == 0)
        return true;
    pictor_fail(task, "palette: expected vivid or natural, got \"%.*s\"", shown(palette), palette);
    return false;
}

/* The prompt, and the seed if one was given: no seed is not seed 0, so both of
 * two fallbacks must come back before it counts as absent. */
static uint64_t read_seed(const struct pictor_task *task)
{
    const char *prompt = pictor_text(task, "prompt");
    uint64_t hash = noise_hash(NOISE_HASH, prompt ? prompt : "");
    long seed = pictor_integer(task, "seed", 0);
    char text[32];

    if (seed != pictor_integer(task, "seed", 1))
        return hash;
    snprintf(text, sizeof text, "\nseed %ld", seed);
    return noise_hash(hash, text);
}

static bool read_wanted(struct pictor_task *task, struct landscape_wanted *wanted)
{
    if (!read_side(task, "width", &wanted->width) || !read_side(task, "height", &wanted->height))
        return false;
    if (!read_palette(task, &wanted->vivid))
        return false;
    wanted->seed = read_seed(task);
    wanted->index = (uint64_t)pictor_integer(task, "index", 0);
    return true;
}

static void draw_row(void *context, int y, unsigned char *rgb) { landscape_row(context, y, rgb); }

/* demo.draw(prompt, width, height, seed, index, palette) -> picture, width, height */
static int draw(struct pictor_task *task)
{
    struct landscape_wanted wanted;
    size_t len;

    if (!read_wanted(task, &wanted))
        return -1;
    struct landscape *landscape = landscape_new(&wanted);
    if (!landscape)
        return -1;
    unsigned char *png = pngout_encode(wanted.width, wanted.height, draw_row, landscape, &len);
    landscape_free(landscape);
    if (!png || pictor_give_picture(task, "picture", png, len) != 0)
        return -1;
    if (pictor_give_integer(task, "width", wanted.width) != 0)
        return -1;
    return pictor_give_integer(task, "height", wanted.height);
}

PICTOR_MODULE(demo, "draws landscapes without a network", { "draw", draw });
