/* host.c - the table `host`: files, environment, time, logs.
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "errors.h"
#include "log.h"
#include "module.h"
#include "script.h"

struct host_context *host_of(lua_State *L)
{
    struct host_context *host = script_context(L);

    if (!host)
        luaL_error(L, "expected to be called for a request, got called while scripts load");
    return host;
}

/* host.read(path) -> text | nil, reason */
static int l_read(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    FILE *file = fopen(path, "rb");
    luaL_Buffer text;

    if (!file) {
        lua_pushnil(L);
        lua_pushstring(L, strerror(errno));
        return 2;
    }
    char *room = luaL_buffinitsize(L, &text, HOST_FILE_MAX + 1);
    size_t len = fread(room, 1, HOST_FILE_MAX + 1, file);
    int reason = ferror(file) ? errno : 0;      /* a folder can be opened, but not read */
    fclose(file);
    if (reason || len > HOST_FILE_MAX) {
        lua_pushnil(L);
        lua_pushstring(L, reason ? strerror(reason) : "it has more than 1 MiB");
        return 2;
    }
    luaL_pushresultsize(&text, len);
    return 1;
}

static int is_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK);
}

/* host.folders(path) -> the names of the folders in it, sorted; empty when there is no such path */
static int l_folders(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct dirent **entries;

    lua_newtable(L);
    int count = scandir(path, &entries, is_folder, alphasort);
    if (count < 0)
        return 1;
    for (int i = 0; i < count; i++) {   /* an error of memory leaks the rest: scripts are loading, the start fails */
        lua_pushstring(L, entries[i]->d_name);
        lua_rawseti(L, -2, i + 1);
        free(entries[i]);
    }
    free(entries);
    return 1;
}

/* host.cores() -> how many processors this process may use */
static int l_cores(lua_State *L)
{
    cpu_set_t usable;

    lua_pushinteger(L, sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1);
    return 1;
}

/* host.env(name) -> text | nil */
static int l_env(lua_State *L)
{
    lua_pushstring(L, getenv(luaL_checkstring(L, 1)));
    return 1;
}

/* host.secret(text): masked in every log from now on */
static int l_secret(lua_State *L)
{
    if (!log_secret(luaL_checkstring(L, 1)))
        return luaL_error(L, "not enough memory");
    return 0;
}

/* host.masked(text) -> text without secrets and pixels, for people */
static int l_masked(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    char *masked = log_masked(text, len);

    if (!masked)
        return luaL_error(L, "not enough memory");
    lua_pushstring(L, masked);
    free(masked);
    return 1;
}

/* host.now() -> seconds that only ever grow; host.time() -> seconds since 1970 */
static int l_now(lua_State *L)
{
    lua_pushnumber(L, op_now());
    return 1;
}

static int l_time(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)time(NULL));
    return 1;
}

/* host.utc(seconds since 1970) -> "20261125T122200Z", ISO 8601's basic form */
static int l_utc(lua_State *L)
{
    time_t seconds = (time_t)luaL_checkinteger(L, 1);
    struct tm utc;
    char text[32];

    luaL_argcheck(L, gmtime_r(&seconds, &utc) && strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc) > 0, 1,
                  "expected seconds since 1970");
    lua_pushstring(L, text);
    return 1;
}

/* host.random() -> a whole number from 0 to 2^53 - 1 */
static int l_random(lua_State *L)
{
    unsigned long long bits = 0;

    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return luaL_error(L, "random: expected the kernel's randomness, got none");
    lua_pushinteger(L, (lua_Integer)(bits >> 11));
    return 1;
}

/* Only a civetweb that was built from source can serve TLS. */
#ifdef PICTOR_TLS
enum { HAS_TLS = 1 };
#else
enum { HAS_TLS = 0 };
#endif

enum { FIELDS_MAX = 24 };

static struct log_field field_at(lua_State *L, const char *name, int index)
{
    if (lua_isinteger(L, index))
        return LOG_INTEGER(name, lua_tointeger(L, index));
    if (lua_type(L, index) == LUA_TNUMBER)
        return LOG_NUMBER(name, lua_tonumber(L, index));
    return LOG_TEXT(name, luaL_tolstring(L, index, NULL));      /* pushes the text, which keeps it alive */
}

/* host.log(level, event, fields): fields are a table of texts and numbers */
static int l_log(lua_State *L)
{
    struct log_field fields[FIELDS_MAX + 1];
    enum log_level level;
    size_t n = 0;

    luaL_argcheck(L, log_level_parse(luaL_checkstring(L, 1), &level), 1, "expected debug, info, warn or error");
    luaL_checktype(L, 3, LUA_TTABLE);
    luaL_checkstack(L, 3 * FIELDS_MAX, "log fields");
    lua_pushnil(L);                                     /* stack: level, event, fields, nil */
    while (n < FIELDS_MAX && lua_next(L, 3)) {          /* stack: ..., key, value */
        int value = lua_gettop(L);
        luaL_argcheck(L, lua_type(L, value - 1) == LUA_TSTRING, 3, "expected texts as names");
        fields[n++] = field_at(L, lua_tostring(L, value - 1), value);
        lua_pushvalue(L, value - 1);                    /* stack: ..., key, value, [text], key */
    }
    fields[n] = (struct log_field){ .kind = LOG_END };
    log_event(level, luaL_checkstring(L, 2), fields);
    return 0;
}

/* host.has_task(name) -> boolean: is this task of a C module built in? */
static int l_has_task(lua_State *L)
{
    lua_pushboolean(L, module_find_task(luaL_checkstring(L, 1)) != NULL);
    return 1;
}

/* host.errors[code] = { status =, type = } */
static void add_errors(lua_State *L)
{
    lua_createtable(L, 0, ERROR_COUNT);
    for (int i = 0; i < ERROR_COUNT; i++) {
        lua_createtable(L, 0, 2);
        lua_pushinteger(L, error_rows[i].status);
        lua_setfield(L, -2, "status");
        lua_pushstring(L, error_rows[i].type);
        lua_setfield(L, -2, "type");
        lua_setfield(L, -2, error_rows[i].code);
    }
    lua_setfield(L, -2, "errors");
}

int host_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "read", l_read },     { "env", l_env },       { "secret", l_secret },
        { "masked", l_masked }, { "now", l_now },       { "time", l_time },
        { "random", l_random }, { "log", l_log },       { "has_task", l_has_task },
        { "folders", l_folders }, { "cores", l_cores }, { "utc", l_utc },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_pushliteral(L, PICTOR_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushboolean(L, HAS_TLS);
    lua_setfield(L, -2, "tls");
    add_errors(L);
    host_add_bytes(L);
    host_add_hashes(L);
    host_add_ops(L);
    return 1;
}
