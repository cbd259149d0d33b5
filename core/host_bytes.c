/* host_bytes.c - the table `host`: base64, and pictures by their marks.
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "buf.h"

/* host.base64_encode(bytes) -> text */
static int l_base64_encode(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);  /* alive while it is argument 1 */
    luaL_Buffer text;
    char *room = luaL_buffinitsize(L, &text, base64_encoded_size(len));

    luaL_pushresultsize(&text, base64_encode(room, bytes, len));
    return 1;
}

/* host.base64_decode(text) -> bytes | nil, reason */
static int l_base64_decode(lua_State *L)
{
    size_t len, decoded;
    const char *text = luaL_checklstring(L, 1, &len);
    luaL_Buffer bytes;
    char *room = luaL_buffinitsize(L, &bytes, base64_decoded_max(len));

    if (!base64_decode(room, &decoded, text, len)) {
        lua_pushnil(L);
        lua_pushliteral(L, "expected strict base64");
        return 2;
    }
    luaL_pushresultsize(&bytes, decoded);
    return 1;
}

struct blob host_blob(lua_State *L, const char *text, size_t len)
{
    const struct blob *marked = blobs_find(&host_of(L)->blobs, text, len);

    if (marked && len == BLOB_MARK)
        return *marked;
    if (len == BLOB_MARK && memcmp(text, "<blob:", 6) == 0)
        luaL_error(L, "picture: expected one of this request, got one that is gone");
    return (struct blob){ text, len, BLOB_BASE64 };
}

static void set_integer(lua_State *L, const char *name, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* host.picture(mark or base64) -> { type, mime, width, height, alpha, bytes } | nil, reason */
static int l_picture(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    struct blob blob = host_blob(L, text, len);
    struct picture picture;

    if (!blob_picture(&blob, &picture)) {
        lua_pushnil(L);
        lua_pushliteral(L, "expected a picture (png, jpeg, webp, gif or avif) in strict base64");
        return 2;
    }
    lua_createtable(L, 0, 6);
    set_text(L, "type", picture_name(picture.type));
    set_text(L, "mime", picture_mime(picture.type));
    set_integer(L, "width", picture.width);
    set_integer(L, "height", picture.height);
    set_integer(L, "bytes", (lua_Integer)blob_bytes(&blob));
    lua_pushboolean(L, picture.alpha);
    lua_setfield(L, -2, "alpha");
    return 1;
}

/* host.is_base64(mark or text) -> boolean: is all of it strict base64? */
static int l_is_base64(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    const struct blob *marked = len == BLOB_MARK ? blobs_find(&host_of(L)->blobs, text, len) : NULL;

    if (marked)
        lua_pushboolean(L, marked->form == BLOB_BASE64 && base64_valid(marked->data, marked->len));
    else
        lua_pushboolean(L, base64_valid(text, len));
    return 1;
}

/* host.json_values(text) -> about how many values JSON text has, from its punctuation */
static int l_json_values(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    lua_Integer count = 0;

    for (size_t i = 0; i < len; i++)
        count += text[i] == ',' || text[i] == '[' || text[i] == '{';
    lua_pushinteger(L, count);
    return 1;
}

/* host.has_mark(text) -> boolean */
static int l_has_mark(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);

    lua_pushboolean(L, blobs_seek(&host_of(L)->blobs, text, len) < len);
    return 1;
}

/* Replaces each mark: by its blob's own text, or by a few words about it. */
static bool replace_marks(struct buf *out, const struct blobs *blobs, const char *text, size_t len, bool words)
{
    for (size_t at = 0; at < len;) {
        size_t mark = at + blobs_seek(blobs, text + at, len - at);
        if (!buf_add(out, text + at, mark - at))
            return false;
        if (mark == len)
            return true;
        const struct blob *blob = blobs_find(blobs, text + mark, len - mark);
        bool good = !blob ? buf_add(out, text + mark, 1)
                    : words ? buf_add_format(out, "<%zu bytes>", blob_bytes(blob))
                            : buf_add(out, blob->data, blob->len);
        if (!good)
            return false;
        at = mark + (blob ? (size_t)BLOB_MARK : 1);
    }
    return true;
}

static int replaced(lua_State *L, size_t max, bool words)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    struct blobs *blobs = &host_of(L)->blobs;
    struct buf out;

    buf_init(&out, max);
    if (!replace_marks(&out, blobs, text, len, words)) {
        buf_free(&out);
        lua_pushnil(L);
        return 1;
    }
    lua_pushlstring(L, out.data ? out.data : "", out.len);  /* an error here leaks out once: memory is at its end */
    buf_free(&out);
    return 1;
}

/* host.expand(text, max) -> the text that marks stand for, or nil when it is over max bytes */
static int l_expand(lua_State *L) { return replaced(L, (size_t)luaL_checkinteger(L, 2), false); }

/* host.describe(text) -> the same text with "<1234 bytes>" for each picture */
static int l_describe(lua_State *L) { return replaced(L, (size_t)64 << 20, true); }

void host_add_bytes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "base64_encode", l_base64_encode }, { "base64_decode", l_base64_decode },
        { "picture", l_picture },             { "is_base64", l_is_base64 },
        { "json_values", l_json_values },     { "has_mark", l_has_mark },
        { "expand", l_expand },               { "describe", l_describe },
        { NULL, NULL },
    };

    luaL_setfuncs(L, functions, 0);
}
