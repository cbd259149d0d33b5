/* errors.c - the list of failures, as data.
 * SPDX-License-Identifier: MIT */
#include "errors.h"

const struct error_row error_rows[ERROR_COUNT] = {
#define X(name, status, type) { #name, status, type },
    ERROR_TABLE(X)
#undef X
};
