/* library.h - where is libvips, and who starts it?
 *
 * libvips brings some hundred other libraries along, 20 MB of memory and as many
 * milliseconds at start. A gateway that never touches a pixel should not pay for
 * that, so the library is opened when the first task needs it, and its functions
 * are called through a table: vips.resize(in, &out, ...) is vips_resize(). The
 * headers still check every call.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <vips/vips.h>

/* Each without its prefix vips_. */
#define LIBRARY_OF_VIPS(X)                                                                            \
    X(init) X(block_untrusted_set) X(cache_set_max) X(concurrency_set) X(error_clear)                 \
    X(pngload_buffer) X(jpegload_buffer) X(webpload_buffer) X(gifload_buffer) X(heifload_buffer)      \
    X(pngsave_buffer) X(jpegsave_buffer) X(webpsave_buffer)                                           \
    X(image_get_width) X(image_get_height) X(image_get_bands) X(image_get_format)                     \
    X(image_get_interpretation) X(image_get_typeof) X(image_get_blob) X(image_get_fields)             \
    X(image_get_orientation) X(image_get_orientation_swap) X(image_hasalpha) X(image_remove)          \
    X(image_set_blob_copy) X(image_copy_memory) X(image_new_from_memory) X(image_write_to_memory)     \
    X(addalpha) X(area_unref) X(array_double_newv) X(autorot) X(cast) X(colourspace) X(copy) X(crop) X(embed) X(equal_const1)            \
    X(extract_band) X(flatten) X(icc_export) X(icc_import) X(icc_transform) X(ifthenelse) X(invert)   \
    X(join) X(max) X(premultiply) X(resize) X(shrink) X(unpremultiply)

/* Those of glib, which comes with it, in full. */
#define LIBRARY_OF_GLIB(X) X(g_free) X(g_log_set_default_handler) X(g_object_unref) X(g_strfreev)

struct library {
#define LIBRARY_MEMBER(name) __typeof__(vips_##name) *name;
    LIBRARY_OF_VIPS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
#define LIBRARY_MEMBER(name) __typeof__(name) *name;
    LIBRARY_OF_GLIB(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

/* Filled by library_start(). */
extern struct library vips;

/* Opens and starts libvips, once in a process; any thread. Returns NULL when it
 * runs, otherwise the reason why not. Static. */
const char *library_start(void);
