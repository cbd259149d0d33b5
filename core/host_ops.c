/* host_ops.c - the table `host`: operations that a request waits for.
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static const char *const OP = "pictor.op";

struct op *host_check_op(lua_State *L, int index)
{
    return *(struct op **)luaL_checkudata(L, index, OP);
}

static int push_op(lua_State *L, struct op *op)
{
    if (!op)
        return luaL_error(L, "not enough memory");
    *(struct op **)lua_newuserdatauv(L, sizeof op, 0) = op;
    luaL_setmetatable(L, OP);
    return 1;
}

static const char *text_field(lua_State *L, int table, const char *name)
{
    if (lua_getfield(L, table, name) != LUA_TSTRING)
        luaL_error(L, "call.%s: expected text, got %s", name, luaL_typename(L, -1));
    return lua_tostring(L, -1);     /* stays on the stack, so it stays alive */
}

/* A line break in a value would start a header of somebody else's choosing. */
static void check_header(lua_State *L, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            luaL_error(L, "call.headers: expected no control characters, got one");
    }
}

static void add_headers(lua_State *L, struct op *op, int headers)
{
    size_t name_len, value_len;

    lua_pushnil(L);
    while (lua_next(L, headers)) {                  /* stack: ..., name, value */
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 1, "expected texts as names of headers");
        const char *name = lua_tolstring(L, -2, &name_len);
        const char *value = luaL_checklstring(L, -1, &value_len);
        check_header(L, name, name_len);
        check_header(L, value, value_len);
        if (!op_call_header(op, name, value))
            luaL_error(L, "call.headers: expected at most %d", OP_HEADERS_MAX);
        lua_pop(L, 1);
    }
}

/* host.call{ method, url, headers, body?, bytes?, picture?, timeout } -> op. Started at once. Pictures in
 * the body are written as base64, with bytes = true as they are. With picture = true a good answer that is no
 * JSON object is kept as bytes. */
static int l_call(lua_State *L)
{
    struct host_context *host = host_of(L);
    size_t len = 0;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const char *method = text_field(L, 1, "method");
    const char *url = text_field(L, 1, "url");
    lua_getfield(L, 1, "body");
    const char *body = luaL_optlstring(L, -1, NULL, &len);
    lua_getfield(L, 1, "bytes");
    enum rope_form form = lua_toboolean(L, -1) ? ROPE_BYTES : ROPE_BASE64;
    struct op *op = op_call_new(&host->group, method, url, body, len, form);
    push_op(L, op);
    int result = lua_gettop(L);
    lua_getfield(L, 1, "picture");
    op->may_be_bytes = lua_toboolean(L, -1);
    if (lua_getfield(L, 1, "headers") == LUA_TTABLE)
        add_headers(L, op, lua_gettop(L));
    lua_getfield(L, 1, "timeout");
    if (!op_call_start(op, luaL_checknumber(L, -1), host->max_answer))
        return luaL_error(L, "not enough memory");
    lua_pushvalue(L, result);
    return 1;
}

/* host.fetch{ url, timeout, max, shared? } -> op. Started at once. For a link that is a stranger's choice: guarded, and
 * what a 200 brings, at most max bytes, is kept as bytes. All that are shared bring at most limits.body together. */
static int l_fetch(lua_State *L)
{
    struct host_context *host = host_of(L);

    luaL_checktype(L, 1, LUA_TTABLE);
    const char *url = text_field(L, 1, "url");
    luaL_argcheck(L, strlen(url) == lua_rawlen(L, -1), 1, "expected a url without a NUL");
    lua_getfield(L, 1, "timeout");
    lua_getfield(L, 1, "max");
    lua_Integer max = luaL_checkinteger(L, -1);
    luaL_argcheck(L, max > 0, 1, "expected max over 0");
    lua_getfield(L, 1, "shared");
    return push_op(L, op_fetch(&host->group, url, luaL_checknumber(L, -3), (size_t)max, lua_toboolean(L, -1)));
}

/* host.pause(seconds) -> op */
static int l_pause(lua_State *L)
{
    return push_op(L, op_pause(&host_of(L)->group, luaL_checknumber(L, 1)));
}

/* host.stopping() -> boolean: has the server given up those who still wait? Pauses are over at once then. */
static int l_stopping(lua_State *L)
{
    const _Atomic bool *stopping = host_of(L)->group.stopping;

    lua_pushboolean(L, stopping && *stopping);
    return 1;
}

/* Base64 text that is no mark, kept for as long as the request. */
static struct blob keep_base64(lua_State *L, const char *text, size_t len)
{
    char *copy = malloc(len + 1);

    if (!copy || !blobs_adopt(&host_of(L)->blobs, copy)) {
        free(copy);
        luaL_error(L, "not enough memory");
        return (struct blob){ 0 };      /* not reached */
    }
    memcpy(copy, text, len);
    return (struct blob){ copy, len, BLOB_BASE64 };
}

/* { picture = mark or base64 } is on top. */
static bool add_picture(lua_State *L, struct pictor_task *task, const char *name)
{
    size_t len;

    if (lua_getfield(L, -1, "picture") != LUA_TSTRING)
        return false;
    const char *text = lua_tolstring(L, -1, &len);
    const struct blob *found = len == BLOB_MARK ? blobs_find(&host_of(L)->blobs, text, len) : NULL;
    struct blob blob = found ? *found : keep_base64(L, text, len);
    lua_pop(L, 1);
    return module_task_picture(task, name, &blob);
}

static bool add_argument(lua_State *L, struct pictor_task *task)
{
    const char *name = luaL_checkstring(L, -2);

    if (lua_type(L, -1) == LUA_TTABLE)
        return add_picture(L, task, name);
    if (lua_type(L, -1) != LUA_TNUMBER)
        return module_task_text(task, name, luaL_checkstring(L, -1));
    lua_Integer value;
    int whole;
    value = lua_tointegerx(L, -1, &whole);
    return whole && module_task_integer(task, name, (long)value);
}

/* host.task(name, arguments) -> op | nil: no such task is built in */
static int l_task(lua_State *L)
{
    const struct pictor_task_entry *entry = module_find_task(luaL_checkstring(L, 1));

    luaL_checktype(L, 2, LUA_TTABLE);
    if (!entry)
        return 0;
    struct pictor_task *task = module_task_new(entry);
    struct op *op = task ? op_task(&host_of(L)->group, task) : NULL;
    push_op(L, op);
    lua_pushnil(L);
    while (lua_next(L, 2)) {            /* stack: ..., op, name, value */
        if (!add_argument(L, task))
            return luaL_error(L, "task.args: expected texts, whole numbers and { picture = mark or base64 }");
        lua_pop(L, 1);
    }
    return 1;
}

static void push_headers(lua_State *L, const struct buf *head)
{
    lua_newtable(L);
    for (const char *line = head->data; line && *line;) {
        const char *end = strchr(line, '\n');
        const char *colon = strstr(line, ": ");
        if (!end || !colon || colon > end)
            return;
        lua_pushlstring(L, line, (size_t)(colon - line));
        lua_pushlstring(L, colon + 2, (size_t)(end - colon - 2));
        lua_settable(L, -3);            /* the last of several of one name counts */
        line = end + 1;
    }
}

static const char *const outcomes[] = {
    [UPSTREAM_PENDING] = "pending",         [UPSTREAM_ANSWERED] = "answered",
    [UPSTREAM_UNREACHABLE] = "unreachable", [UPSTREAM_BROKEN] = "broken",
    [UPSTREAM_TIMEOUT] = "timeout",         [UPSTREAM_TOO_LARGE] = "too_large",
    [UPSTREAM_CANCELLED] = "cancelled",     [UPSTREAM_NO_MEMORY] = "no_memory",
    [UPSTREAM_FORBIDDEN] = "forbidden",
};

/* A call's body is text, or bytes if it asked for a picture; a fetch's is a picture, perhaps. */
static void push_body(lua_State *L, const struct op *op)
{
    if (op->mark[0]) {
        lua_pushstring(L, op->mark);
        lua_setfield(L, -2, "picture");
    }
    if (op->kind == OP_CALL) {
        lua_pushlstring(L, op->skeleton.data ? op->skeleton.data : "", op->skeleton.len);
        lua_setfield(L, -2, "text");
    }
}

static int push_answer(lua_State *L, struct op *op)
{
    lua_createtable(L, 0, 6);
    lua_pushstring(L, outcomes[op->call.outcome]);
    lua_setfield(L, -2, "outcome");
    lua_pushstring(L, op->call.reason);
    lua_setfield(L, -2, "reason");
    lua_pushnumber(L, op->call.seconds);
    lua_setfield(L, -2, "seconds");
    lua_pushinteger(L, op->call.status);
    lua_setfield(L, -2, "status");
    push_headers(L, &op->call.head);
    lua_setfield(L, -2, "headers");
    push_body(L, op);
    return 1;
}

/* The picture's bytes become the request's; its mark goes on the stack. */
static void push_picture(lua_State *L, struct module_value *value)
{
    struct blobs *blobs = &host_of(L)->blobs;
    char mark[BLOB_MARK];

    if (!blobs_adopt(blobs, value->bytes))
        luaL_error(L, "not enough memory");
    const char *bytes = (const char *)value->bytes;
    value->bytes = NULL;
    if (!blobs_add(blobs, bytes, value->len, BLOB_RAW, mark))
        luaL_error(L, "not enough memory");
    lua_pushlstring(L, mark, BLOB_MARK);
}

static void push_value(lua_State *L, struct module_value *value)
{
    if (value->kind == MODULE_PICTURE)
        push_picture(L, value);
    else if (value->kind == MODULE_TEXT)
        lua_pushstring(L, value->text);
    else
        lua_pushinteger(L, value->integer);
}

static int push_values(lua_State *L, struct pictor_task *task)
{
    lua_createtable(L, 0, 3);
    lua_pushstring(L, task->failed ? "failed" : "answered");
    lua_setfield(L, -2, "outcome");
    lua_pushstring(L, task->reason);
    lua_setfield(L, -2, "reason");
    lua_newtable(L);
    for (size_t i = 0; i < task->result_count; i++) {
        push_value(L, &task->results[i]);
        lua_setfield(L, -2, task->results[i].name);
    }
    lua_setfield(L, -2, "values");
    return 1;
}

/* host.over(op) -> boolean */
static int l_over(lua_State *L)
{
    lua_pushboolean(L, host_check_op(L, 1)->settled);
    return 1;
}

/* host.result(op) -> { outcome, reason, ... }; once, and only of an op that is over */
static int l_result(lua_State *L)
{
    struct op *op = host_check_op(L, 1);

    luaL_argcheck(L, op->settled, 1, "expected an operation that is over");
    if (op->kind == OP_CALL || op->kind == OP_FETCH)
        return push_answer(L, op);
    if (op->kind == OP_TASK)
        return push_values(L, op->task);
    return 0;
}

void host_add_ops(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "call", l_call }, { "fetch", l_fetch },   { "pause", l_pause }, { "task", l_task },
        { "over", l_over }, { "result", l_result }, { "stopping", l_stopping }, { NULL, NULL },
    };

    luaL_newmetatable(L, OP);
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
