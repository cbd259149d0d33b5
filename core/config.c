/* config.c - pictor.lua, as C needs it.
 * SPDX-License-Identifier: MIT */
#include "config.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "script.h"

struct loading {
    const char *root, *path;
    struct config *config;
    bool good;
    struct buf *error;
};

static char *copy_text(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    char *copy = strdup(luaL_checkstring(L, -1));
    lua_pop(L, 1);
    if (!copy)
        luaL_error(L, "not enough memory");
    return copy;
}

static long integer(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    long value = (long)luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    return value;
}

/* config.keys: { { name =, key = or sha256 = }, ... } */
static void add_keys(lua_State *L, int table, struct auth_keys *keys)
{
    lua_getfield(L, table, "keys");
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        lua_getfield(L, -1, "name");
        lua_getfield(L, -2, "key");
        lua_getfield(L, -3, "sha256");      /* stack: keys, entry, name, key, sha256 */
        const char *name = luaL_checkstring(L, -3), *key = lua_tostring(L, -2);
        bool good = key ? auth_keys_add(keys, name, key)
                        : auth_keys_add_sha256(keys, name, luaL_checkstring(L, -1));
        if (!good)
            luaL_error(L, "keys[%d]: expected a key or its SHA-256 as 64 hexadecimal digits", (int)i);
        lua_pop(L, 4);
    }
    lua_pop(L, 2);
}

static void take(lua_State *L, int table, struct config *config)
{
    config->listen = copy_text(L, table, "listen");
    config->log_level = copy_text(L, table, "log_level");
    config->certificate = copy_text(L, table, "certificate");
    config->ca_file = copy_text(L, table, "ca_file");
    config->admitted = copy_text(L, table, "admitted");
    config->json = copy_text(L, table, "json");
    config->body = (size_t)integer(L, table, "body");
    config->answer = (size_t)integer(L, table, "answer");
    config->lua_memory = (size_t)integer(L, table, "lua_memory");
    config->in_flight = integer(L, table, "in_flight");
    config->lua_states = integer(L, table, "lua_states");
    config->upstream_timeout = integer(L, table, "upstream_timeout");
    config->drain_timeout = integer(L, table, "drain_timeout");
    add_keys(L, table, config->keys);
}

/* require "config".load(root, path) -> what take() reads | nil, reason */
static int load(lua_State *L)
{
    struct loading *loading = lua_touserdata(L, 1);

    luaL_requiref(L, "host", host_open, 0);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "config");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "load");
    lua_pushstring(L, loading->root);
    lua_pushstring(L, loading->path);
    lua_call(L, 2, 2);                  /* stack: ..., config, reason */
    loading->good = lua_istable(L, -2);
    if (loading->good)
        take(L, lua_gettop(L) - 1, loading->config);
    else
        buf_add_text(loading->error, luaL_checkstring(L, -1));
    return 0;
}

struct config *config_load(const char *root, const char *path, struct buf *error)
{
    const struct script_limits limits = { (size_t)256 << 20, 200000000, 10000 };
    struct config *config = calloc(1, sizeof *config);
    struct loading loading = { root, path, config, false, error };
    struct buf lua_path;

    buf_init(&lua_path, PATH_MAX);
    buf_add_format(&lua_path, "%s/core/lua", root);
    struct script *script = config && lua_path.data ? script_new(&limits, lua_path.data) : NULL;
    buf_free(&lua_path);
    if (!script) {
        buf_add_text(error, "config: expected memory for a Lua state, got none");
        config_free(config);
        return NULL;
    }
    config->root = strdup(root);
    config->keys = auth_keys_new();
    bool ran = config->root && config->keys && script_call(script, load, &loading, error);
    script_free(script);
    if (ran && loading.good)
        return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    if (config->json)
        explicit_bzero(config->json, strlen(config->json));
    free(config->root);
    free(config->listen);
    free(config->log_level);
    free(config->certificate);
    free(config->ca_file);
    free(config->admitted);
    free(config->json);
    auth_keys_free(config->keys);
    free(config);
}

static bool is_root(const char *path)
{
    char file[PATH_MAX];
    int len = snprintf(file, sizeof file, "%s/core/lua/gateway.lua", path);

    return len > 0 && (size_t)len < sizeof file && access(file, R_OK) == 0;
}

char *config_find_root(void)
{
    const char *home = getenv("PICTOR_HOME");
    char path[PATH_MAX];

    if (home)
        return is_root(home) ? realpath(home, NULL) : NULL;
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = '\0';
    for (int up = 0; up < 4; up++) {    /* root/build/bin/pictor, root/bin/pictor, ... */
        char *slash = strrchr(path, '/');
        if (!slash)
            return NULL;
        *slash = '\0';
        if (is_root(path))
            return strdup(path);
    }
    return NULL;
}
