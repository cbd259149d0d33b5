/* image_pictures.h - pictures for the tests of modules/image, made and read by libvips itself.
 *
 * Each picture has noise in it, so that a pixel that moved or changed is noticed.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <vips/vips.h>

#include "check.h"
#include "module.h"

struct file {
    unsigned char *bytes;       /* from malloc */
    size_t len;
};

struct pixels {
    int width, height, bands;
    unsigned char *data;        /* from malloc; NULL: it did not decode */
};

/* ---- making ---------------------------------------------------------------------- */

static inline unsigned noise_at(unsigned seed, unsigned i)
{
    unsigned n = (seed * 2654435761u) ^ (i * 2246822519u);

    n = (n ^ n >> 15) * 2246822519u;
    return (n ^ n >> 13) & 0xff;
}

/* Noise in all bands: even alpha, if there are 2 or 4. */
static inline VipsImage *noise(unsigned seed, int width, int height, int bands)
{
    size_t n = (size_t)width * (size_t)height * (size_t)bands;
    unsigned char *data = malloc(n);

    for (size_t i = 0; i < n; i++)
        data[i] = (unsigned char)noise_at(seed, (unsigned)i);
    VipsImage *view = vips_image_new_from_memory(data, n, width, height, bands, VIPS_FORMAT_UCHAR);
    VipsImage *owner = vips_image_copy_memory(view), *image = NULL;
    VipsInterpretation space = bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    vips_copy(owner, &image, "interpretation", space, NULL);
    g_object_unref(owner);
    g_object_unref(view);
    VipsImage *memory = vips_image_copy_memory(image);
    g_object_unref(image);
    free(data);
    return memory;
}

/* A pixel of what noise() gave, to write to. */
static inline unsigned char *texel(VipsImage *image, int x, int y)
{
    unsigned char *data = (unsigned char *)(uintptr_t)vips_image_get_data(image);

    return data + (size_t)(y * vips_image_get_width(image) + x) * (size_t)vips_image_get_bands(image);
}

/* suffix as libvips knows it, such as ".png" or ".webp[lossless]". Takes the image. */
static inline struct file saved(VipsImage *image, const char *suffix)
{
    struct file file = { NULL, 0 };

    if (vips_image_write_to_buffer(image, suffix, (void **)&file.bytes, &file.len, NULL) != 0)
        fprintf(stdout, "# %s: %s\n", suffix, vips_error_buffer());
    g_object_unref(image);
    return file;
}

static inline struct file noisy(unsigned seed, int width, int height, int bands, const char *suffix)
{
    return saved(noise(seed, width, height, bands), suffix);
}

/* A mask in OpenAI's sense: transparent in the rectangle, which may be empty; alpha is
 * `around` elsewhere. */
static inline struct file mask_with_hole(int width, int height, VipsRect hole, int around, const char *suffix)
{
    VipsImage *image = noise(9, width, height, 4);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            texel(image, x, y)[3] = vips_rect_includespoint(&hole, x, y) ? 0 : (unsigned char)around;
    }
    return saved(image, suffix);
}

/* ---- reading --------------------------------------------------------------------- */

static inline struct pixels pixels_with(const void *bytes, size_t len, const char *options)
{
    struct pixels pixels = { 0, 0, 0, NULL };
    VipsImage *image = vips_image_new_from_buffer(bytes, len, options, "fail_on", VIPS_FAIL_ON_WARNING, NULL);
    size_t size;

    if (image) {
        pixels = (struct pixels){ vips_image_get_width(image), vips_image_get_height(image),
                                  vips_image_get_bands(image), vips_image_write_to_memory(image, &size) };
        g_object_unref(image);
    }
    return pixels;
}

static inline struct pixels pixels_of(const void *bytes, size_t len) { return pixels_with(bytes, len, ""); }

/* Of a JPEG: upright, as its orientation says. */
static inline struct pixels turned_pixels_of(const void *bytes, size_t len)
{
    return pixels_with(bytes, len, "[autorotate]");
}

static inline bool same_pixels(const struct pixels *a, const struct pixels *b)
{
    return a->data && b->data && a->width == b->width && a->height == b->height && a->bands == b->bands
        && memcmp(a->data, b->data, (size_t)a->width * (size_t)a->height * (size_t)a->bands) == 0;
}

static inline const unsigned char *pixel(const struct pixels *pixels, int x, int y)
{
    return pixels->data + ((size_t)y * (size_t)pixels->width + (size_t)x) * (size_t)pixels->bands;
}

static inline void *count_image(VipsObject *object, void *count, void *b)
{
    (void)b;
    *(int *)count += VIPS_IS_IMAGE(object);
    return NULL;
}

/* libvips has a table of all its objects, which hides leaks from sanitizers. */
static inline void check_nothing_left(void)
{
    int count = 0;

    vips_cache_set_max(0);      /* lets go of what the test itself did */
    vips_object_map((VipsSListMap2Fn)(void (*)(void))count_image, &count, NULL);
    CHECK(count == 0, "no picture of libvips is left: %d", count);
}

/* ---- tasks ----------------------------------------------------------------------- */

static inline void give_file(struct pictor_task *task, const char *name, const struct file *file)
{
    module_task_picture(task, name, &(struct blob){ (const char *)file->bytes, file->len, BLOB_RAW });
}

static inline const struct module_value *result_of(const struct pictor_task *task, const char *name)
{
    for (size_t i = 0; i < task->result_count; i++) {
        if (strcmp(task->results[i].name, name) == 0)
            return &task->results[i];
    }
    return NULL;
}

static inline long number_of(const struct pictor_task *task, const char *name)
{
    const struct module_value *value = result_of(task, name);

    return value ? value->integer : -1;
}

static inline struct pixels pixels_of_result(const struct pictor_task *task)
{
    const struct module_value *picture = result_of(task, "picture");

    return picture ? pixels_of(picture->bytes, picture->len) : (struct pixels){ 0, 0, 0, NULL };
}
