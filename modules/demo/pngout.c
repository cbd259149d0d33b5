/* pngout.c - rows of pixels to PNG, in memory.
 * SPDX-License-Identifier: MIT */
#include "pngout.h"

#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 65536, LEVEL = 2 };     /* a picture is drawn to be looked at once: be quick */

struct sink {
    unsigned char *bytes;       /* owned */
    size_t len, room, max;
};

/* libpng writes to stderr by default, which only the log may do. */
static void stop(png_structp png, png_const_charp why)
{
    (void)why;
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp why)
{
    (void)png;
    (void)why;
}

static bool reserve(struct sink *sink, size_t more)
{
    size_t room = sink->room ? sink->room : FIRST_ROOM;

    if (more > sink->max - sink->len)
        return false;
    while (room - sink->len < more)
        room *= 2;
    if (room == sink->room)
        return true;
    unsigned char *bytes = realloc(sink->bytes, room);
    if (!bytes)
        return false;
    sink->bytes = bytes;
    sink->room = room;
    return true;
}

static void add(png_structp png, png_bytep bytes, png_size_t len)
{
    struct sink *sink = png_get_io_ptr(png);

    if (!reserve(sink, len))
        png_error(png, "no room");
    memcpy(sink->bytes + sink->len, bytes, len);
    sink->len += len;
}

static void flush(png_structp png) { (void)png; }

struct drawing {
    int width, height;
    pngout_row *row;
    void *context;
    unsigned char *pixels;      /* one row */
};

/* Apart, so that no variable of the function that calls setjmp changes after it. */
static void write_all(png_structp png, png_infop info, const struct drawing *drawing)
{
    png_set_IHDR(png, info, (png_uint_32)drawing->width, (png_uint_32)drawing->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, LEVEL);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_write_info(png, info);
    for (int y = 0; y < drawing->height; y++) {
        drawing->row(drawing->context, y, drawing->pixels);
        png_write_row(png, drawing->pixels);
    }
    png_write_end(png, info);
}

static bool encode(const struct drawing *drawing, struct sink *sink)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, stop, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_set_write_fn(png, sink, add, flush);
    write_all(png, info, drawing);
    png_destroy_write_struct(&png, &info);
    return true;
}

unsigned char *pngout_encode(int width, int height, pngout_row *row, void *context, size_t *len)
{
    size_t raw = ((size_t)width * 3 + 1) * (size_t)height;
    struct drawing drawing = { width, height, row, context, malloc((size_t)width * 3) };
    struct sink sink = { .max = raw + raw / 8 + FIRST_ROOM };   /* more than deflate ever adds */
    bool good = drawing.pixels && encode(&drawing, &sink);

    free(drawing.pixels);
    *len = good ? sink.len : 0;
    if (good)
        return sink.bytes;
    free(sink.bytes);
    return NULL;
}
