/* exif.c - the orientation in EXIF.
 * SPDX-License-Identifier: MIT */
#include "exif.h"

#include <stdbool.h>
#include <string.h>

enum { ORIENTATION = 0x0112, SHORT = 3, ENTRY = 12 };

struct tiff {
    const uint8_t *bytes;
    size_t len;
    bool big;
};

/* n bytes as a number; 0 when they are not there. */
static uint32_t number(const struct tiff *tiff, size_t at, int n)
{
    uint32_t value = 0;

    if (at > tiff->len || tiff->len - at < (size_t)n)
        return 0;
    for (int i = 0; i < n; i++)
        value |= (uint32_t)tiff->bytes[at + (size_t)i] << 8 * (tiff->big ? n - 1 - i : i);
    return value;
}

int exif_orientation(const uint8_t *bytes, size_t len)
{
    struct tiff tiff = { bytes, len, len > 0 && bytes[0] == 'M' };

    if (len < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
        return 1;
    size_t folder = number(&tiff, 4, 4);
    uint32_t entries = number(&tiff, folder, 2);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = folder + 2 + i * ENTRY;
        if (entry + ENTRY > len)
            break;              /* the count is the sender's word */
        uint32_t value = number(&tiff, entry + 8, 2);
        if (number(&tiff, entry, 2) == ORIENTATION && number(&tiff, entry + 2, 2) == SHORT)
            return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

void exif_write(uint8_t tiff[EXIF_MINIMAL], int orientation)
{
    static const uint8_t minimal[EXIF_MINIMAL] = {
        'M', 'M', 0, '*', 0, 0, 0, 8,               /* the folder is behind this */
        0, 1,                                       /* one entry */
        1, 0x12, 0, SHORT, 0, 0, 0, 1, 0, 0, 0, 0,  /* its value is the last but two of these */
        0, 0, 0, 0,                                 /* no other folder */
    };

    memcpy(tiff, minimal, sizeof minimal);
    tiff[19] = (uint8_t)orientation;
}
