/* decode.c - headers, ceilings and pixels, by libvips.
 * SPDX-License-Identifier: MIT */
#include "decode.h"

#include <stdint.h>

#include "arguments.h"

/* libvips promises not to write to them. */
static int load(enum format format, const unsigned char *bytes, size_t len, VipsImage **out)
{
    void *buf = (void *)(uintptr_t)bytes;

    switch (format) {
    case FORMAT_PNG: return vips.pngload_buffer(buf, len, out, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case FORMAT_JPEG: return vips.jpegload_buffer(buf, len, out, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case FORMAT_WEBP: return vips.webpload_buffer(buf, len, out, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case FORMAT_GIF: return vips.gifload_buffer(buf, len, out, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case FORMAT_AVIF: return vips.heifload_buffer(buf, len, out, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case FORMAT_NONE: break;
    }
    return -1;
}

static bool fail_broken(struct work *work, const struct decode *decode)
{
    pictor_fail(work->task, "%s: expected a whole %s, got a broken one", decode->name, format_name(decode->format));
    return false;
}

bool decode_header(struct work *work, struct decode *decode, const char *name)
{
    const unsigned char *bytes;
    size_t len;

    *decode = (struct decode){ .name = name };
    if (!arguments_picture(work->task, name, &bytes, &len))
        return false;
    decode->format = format_of(bytes, len);
    if (decode->format == FORMAT_NONE) {
        pictor_fail(work->task, "%s: expected png, jpeg, webp, gif or avif, got something else", name);
        return false;
    }
    VipsImage **out = work_room(work);
    decode->header = work_done(load(decode->format, bytes, len, out), out);
    if (!decode->header)
        return fail_broken(work, decode);
    bool swap = vips.image_get_orientation_swap(decode->header);
    int width = vips.image_get_width(decode->header), height = vips.image_get_height(decode->header);
    decode->width = swap ? height : width;
    decode->height = swap ? width : height;
    if ((long)width * height > work->max_pixels) {
        pictor_fail(work->task, "%s: expected at most %ld pixels, got %dx%d", name, work->max_pixels, decode->width,
                    decode->height);
        return false;
    }
    return true;
}

VipsImage *decode_pixels(struct work *work, const struct decode *decode)
{
    VipsImage **memory = work_room(work), **upright = work_room(work);

    *memory = vips.image_copy_memory(decode->header);
    if (!*memory || vips.autorot(*memory, upright, NULL) != 0) {
        fail_broken(work, decode);
        return NULL;
    }
    return *upright;
}
