/* host_tape.c - the folder of a recording, for core/lua/tape.lua.
 *
 * These functions are not in the table `host`: gateway.prepare() gets them, in a process
 * that records or plays, and they reach nothing but the folder. Pictures go past Lua: it
 * sees marks on one side and names of files on the other.
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "base64.h"
#include "log.h"

static const struct tape *tape_of(lua_State *L) { return lua_touserdata(L, lua_upvalueindex(1)); }

static int refused(lua_State *L, int reason)
{
    lua_pushnil(L);
    lua_pushstring(L, strerror(reason));
    return 2;
}

/* ---- files ------------------------------------------------------------------------- */

static void take_name(void *context, const char *name)
{
    lua_State *L = context;

    lua_pushstring(L, name);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* files.list() -> the names of all cassettes (one more than files.most at most), in no order | nil, reason */
static int l_list(lua_State *L)
{
    lua_newtable(L);
    return tape_list(tape_of(L), take_name, L) ? 1 : refused(L, errno);  /* an error of memory leaks the listing: the start fails */
}

/* files.has(name) -> boolean */
static int l_has(lua_State *L)
{
    lua_pushboolean(L, tape_has(tape_of(L), luaL_checkstring(L, 1)));
    return 1;
}

/* files.read(name) -> text | nil, reason */
static int l_read(lua_State *L)
{
    char *bytes;
    size_t len;
    int reason = tape_read(tape_of(L), luaL_checkstring(L, 1), TAPE_TEXT_MAX, &bytes, &len);

    if (reason)
        return refused(L, reason);
    lua_pushlstring(L, bytes, len);     /* an error here leaks it once: memory is at its end */
    free(bytes);
    return 1;
}

/* files.write(name, text) -> true | nil, reason */
static int l_write(lua_State *L)
{
    size_t len;
    const char *name = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &len);
    int reason = len > TAPE_TEXT_MAX ? EFBIG : tape_write(tape_of(L), name, text, len);

    if (reason)
        return refused(L, reason);
    lua_pushboolean(L, true);
    return 1;
}

/* ---- pictures ---------------------------------------------------------------------- */

struct print {
    const char *bytes;      /* borrowed from the blob, or decoded */
    size_t len;
    char *decoded;          /* owned; NULL: the blob's own bytes count */
    char name[2 * AUTH_HASH + 1 + 16];
};

/* What the first argument, a mark or base64, is called: by the hash of its bytes, so that the same picture is the same
 * file, whoever spelled it. Long text that is no base64 after all is "….txt". Free print->decoded before anything raises. */
static void print_of(lua_State *L, struct print *print)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    struct blob blob = host_blob(L, text, len);
    bool is_text = blob.form == BLOB_BASE64 && !base64_valid(blob.data, blob.len);
    struct picture picture;

    *print = (struct print){ .bytes = blob.data, .len = blob.len };
    if (blob.form == BLOB_BASE64 && !is_text) {
        print->bytes = print->decoded = malloc(base64_decoded_max(blob.len) + 1);
        if (!print->decoded)
            luaL_error(L, "not enough memory");
        base64_decode(print->decoded, &print->len, blob.data, blob.len);
    }
    auth_sha256_hex(print->name, print->bytes, print->len);
    strcat(print->name, is_text ? ".txt" : !picture_sniff(&picture, print->bytes, print->len) ? ".bin" : ".");
    if (!is_text && picture.type != PICTURE_UNKNOWN)
        strcat(print->name, picture_name(picture.type));
}

/* files.name(mark or base64) -> the name of its file, whether there is one or not */
static int l_name(lua_State *L)
{
    struct print print;

    print_of(L, &print);
    free(print.decoded);
    lua_pushstring(L, print.name);
    return 1;
}

/* files.keep(mark or base64) -> the name of its file, and a reason if it could not be written */
static int l_keep(lua_State *L)
{
    const struct tape *tape = tape_of(L);
    struct print print;

    print_of(L, &print);
    int reason = tape_has(tape, print.name) ? 0 : tape_write(tape, print.name, print.bytes, print.len);
    free(print.decoded);
    lua_pushstring(L, print.name);
    if (!reason)
        return 1;
    lua_pushstring(L, strerror(reason));
    return 2;
}

/* Bytes of a file as base64. Frees bytes. NULL: out of memory. */
static char *encoded(char *bytes, size_t *len)
{
    char *text = malloc(base64_encoded_size(*len) + 1);

    if (text)
        *len = base64_encode(text, bytes, *len);
    free(bytes);
    return text;
}

/* The bytes become the request's, and their mark goes on the stack. Takes bytes. */
static int push_mark(lua_State *L, char *bytes, size_t len, enum blob_form form)
{
    struct blobs *blobs = &host_of(L)->blobs;
    char mark[BLOB_MARK];

    if (!bytes || !blobs_adopt(blobs, bytes)) {
        free(bytes);
        return luaL_error(L, "not enough memory");
    }
    if (!blobs_add(blobs, bytes, len, form, mark))
        return luaL_error(L, "not enough memory");
    lua_pushlstring(L, mark, BLOB_MARK);
    return 1;
}

/* files.load(name, as_bytes) -> the mark of what is in the file, as base64 or as bytes | nil, reason */
static int l_load(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), *end = strrchr(name, '.');
    bool is_text = end && strcmp(end, ".txt") == 0, as_bytes = lua_toboolean(L, 2);
    char *bytes;
    size_t len;
    int reason = tape_read(tape_of(L), name, host_of(L)->max_answer, &bytes, &len);

    if (reason)
        return refused(L, reason);
    if (!is_text && !as_bytes)
        bytes = encoded(bytes, &len);
    return push_mark(L, bytes, len, as_bytes ? BLOB_RAW : BLOB_BASE64);
}

/* ---- text -------------------------------------------------------------------------- */

/* files.hide(text) -> the text with *** for each configured secret */
static int l_hide(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    char *hidden = log_without_secrets(text, &len);

    if (!hidden)
        return luaL_error(L, "not enough memory");
    lua_pushlstring(L, hidden, len);    /* an error here leaks it once: memory is at its end */
    free(hidden);
    return 1;
}

enum { INDENT = 2, BLANKS = 80 };

static bool new_line(struct buf *out, int depth)
{
    static const char blanks[BLANKS + 1] = "                                                                                ";
    int n = depth * INDENT < BLANKS ? depth * INDENT : BLANKS;

    return buf_add(out, "\n", 1) && buf_add(out, blanks, (size_t)n);
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

/* The end of the string or the word at `at`. */
static const char *scalar_end(const char *at, const char *end)
{
    if (*at != '"') {
        const char *from = at;
        while (at < end && !strchr(",:]} \t\r\n", *at))
            at++;
        return at > from ? at : at + 1;     /* of JSON, it is longer; of anything else, this ends all the same */
    }
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < end;
    return at < end ? at + 1 : end;
}

/* One token of JSON, and the line break that belongs to it. Returns where to go on; NULL: out of room. */
static const char *spread_token(struct buf *out, const char *at, const char *end, int *depth)
{
    const char *next = skip_blanks(at + 1, end);
    bool good;

    switch (*at) {
    case '{': case '[':
        if (next < end && (*next == '}' || *next == ']'))
            return buf_add(out, at, 1) && buf_add(out, next, 1) ? next + 1 : NULL;
        good = buf_add(out, at, 1) && new_line(out, ++*depth);
        break;
    case '}': case ']':
        good = new_line(out, --*depth) && buf_add(out, at, 1);
        break;
    case ',':
        good = buf_add(out, at, 1) && new_line(out, *depth);
        break;
    case ':':
        good = buf_add(out, ": ", 2);
        break;
    default:
        next = scalar_end(at, end);
        good = buf_add(out, at, (size_t)(next - at));
    }
    return good ? next : NULL;
}

/* files.spread(json, depth) -> the same JSON with a line for each value | nil: it is too long. What a provider wrote stays as it
 * wrote it: null, the order of names, each digit. Decoding and encoding would lose them. */
static int l_spread(lua_State *L)
{
    size_t len;
    const char *at = luaL_checklstring(L, 1, &len), *end = at + len;
    int depth = (int)luaL_checkinteger(L, 2);
    struct buf out;

    buf_init(&out, TAPE_TEXT_MAX);
    for (at = skip_blanks(at, end); at && at < end; at = at ? skip_blanks(at, end) : NULL)
        at = spread_token(&out, at, end, &depth);
    if (at)
        lua_pushlstring(L, out.data ? out.data : "", out.len);  /* an error here leaks out once: memory is at its end */
    else
        lua_pushnil(L);
    buf_free(&out);
    return 1;
}

void host_push_tape(lua_State *L, const struct tape *tape)
{
    static const luaL_Reg functions[] = {
        { "list", l_list }, { "has", l_has },   { "read", l_read }, { "write", l_write },   { "name", l_name },
        { "keep", l_keep }, { "load", l_load }, { "hide", l_hide }, { "spread", l_spread }, { NULL, NULL },
    };

    luaL_newlibtable(L, functions);
    lua_pushlightuserdata(L, (void *)(size_t)tape);
    luaL_setfuncs(L, functions, 1);
    lua_pushboolean(L, tape->plays);
    lua_setfield(L, -2, "plays");
    lua_pushstring(L, tape->path);
    lua_setfield(L, -2, "path");
    lua_pushinteger(L, TAPE_CASSETTES_MAX);
    lua_setfield(L, -2, "most");
}
