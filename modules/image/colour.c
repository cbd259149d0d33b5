/* colour.c - colour spaces, profiles and alpha.
 * SPDX-License-Identifier: MIT */
#include "colour.h"

bool colour_has_profile(VipsImage *image) { return vips.image_get_typeof(image, VIPS_META_ICC_NAME) != 0; }

/* NULL in, NULL out. */
static VipsImage *as_bytes(struct work *work, VipsImage *in)
{
    VipsImage **out = work_room(work);

    if (!in || vips.image_get_format(in) == VIPS_FORMAT_UCHAR)
        return in;
    return work_done(vips.cast(in, out, VIPS_FORMAT_UCHAR, NULL), out);
}

static VipsImage *by_numbers(struct work *work, VipsImage *in)
{
    VipsImage **out = work_room(work);

    if (vips.image_get_interpretation(in) == VIPS_INTERPRETATION_sRGB)
        return as_bytes(work, in);
    return as_bytes(work, work_done(vips.colourspace(in, out, VIPS_INTERPRETATION_sRGB, NULL), out));
}

VipsImage *colour_srgb(struct work *work, VipsImage *in)
{
    VipsImage **out = work_room(work);

    if (colour_has_profile(in) && vips.icc_transform(in, out, "srgb", "embedded", TRUE, "depth", 8, NULL) == 0)
        return as_bytes(work, *out);
    return by_numbers(work, in);
}

VipsImage *colour_kept(struct work *work, VipsImage *in)
{
    int colours = vips.image_get_bands(in) - (vips.image_hasalpha(in) ? 1 : 0);
    VipsInterpretation space = vips.image_get_interpretation(in);

    if (colours == 3 && (space == VIPS_INTERPRETATION_sRGB || space == VIPS_INTERPRETATION_RGB16))
        return by_numbers(work, in);
    VipsImage *out = colour_srgb(work, in);
    VipsImage **plain = work_room(work);
    if (!out || vips.copy(out, plain, NULL) != 0)
        return NULL;
    vips.image_remove(*plain, VIPS_META_ICC_NAME);
    return *plain;
}

/* With another picture's profile in place of its own. NULL when out of memory. */
static VipsImage *with_profile(struct work *work, VipsImage *in, VipsImage *model)
{
    VipsImage **out = work_room(work);
    const void *profile;
    size_t len;

    if (vips.copy(in, out, NULL) != 0 || vips.image_get_blob(model, VIPS_META_ICC_NAME, &profile, &len) != 0)
        return NULL;
    vips.image_set_blob_copy(*out, VIPS_META_ICC_NAME, profile, len);
    return *out;
}

/* NULL when one of the profiles does not work. */
static VipsImage *by_profiles(struct work *work, VipsImage *in, VipsImage *model)
{
    VipsImage **neutral = work_room(work), **out = work_room(work);

    if (vips.icc_import(in, neutral, "embedded", TRUE, "input_profile", "srgb", NULL) != 0)
        return NULL;
    VipsImage *labelled = with_profile(work, *neutral, model);
    return labelled ? work_done(vips.icc_export(labelled, out, "depth", 8, NULL), out) : NULL;
}

VipsImage *colour_like(struct work *work, VipsImage *in, VipsImage *model)
{
    VipsImage *out = NULL;

    if (colour_has_profile(model))
        out = as_bytes(work, by_profiles(work, in, model));
    return out && vips.image_get_bands(out) >= 3 ? out : colour_srgb(work, in);
}

VipsImage *colour_label(struct work *work, VipsImage *in, VipsImage *model)
{
    VipsImage **bare = work_room(work);

    if (vips.copy(in, bare, NULL) != 0)
        return NULL;
    char **fields = vips.image_get_fields(*bare);
    for (char **field = fields; field && *field; field++)
        vips.image_remove(*bare, *field);
    vips.g_strfreev(fields);
    return model && colour_has_profile(model) ? with_profile(work, *bare, model) : *bare;
}

static bool add_alpha(struct work *work, VipsImage **image)
{
    VipsImage **out = work_room(work);

    if (vips.image_hasalpha(*image))
        return true;
    if (vips.addalpha(*image, out, NULL) != 0)
        return false;
    *image = *out;
    return true;
}

bool colour_same_bands(struct work *work, VipsImage **one, VipsImage **other)
{
    if (!vips.image_hasalpha(*one) && !vips.image_hasalpha(*other))
        return true;
    return add_alpha(work, one) && add_alpha(work, other);
}
