/* server.c - HTTP on civetweb: the first and the last step of every request.
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "auth.h"
#include "base64.h"
#include "jsonlift.h"
#include "knock.h"
#include "log.h"
#include "multipart.h"
#include "patience.h"

enum {
    SPARE_WORKERS = 64,         /* beyond in_flight: to say "overloaded" at once, and for idle connections */
    WORKER_STACK = 512 * 1024,
    HEADERS_MAX = 32 * 1024,
    JOIN_MAX = 64 * 1024,       /* replies up to this size leave in one write */
    DRAIN_SECONDS = 5,          /* how long an unread body is drained so that its sender reads the refusal */
    MOVE_SECONDS = 30,          /* what a body or a reply may take, */
    MOVE_RATE = 16 * 1024,      /* and a second more for so many bytes of it */
};

struct server {
    const struct config *config;
    struct pool *pool;
    struct upstream *upstream;
    struct mg_context *civetweb;
    struct patience patience;
    char complaint[256];        /* civetweb's first, while it starts */
    double started;
    _Atomic long in_flight;
    _Atomic long served;
    _Atomic bool draining;
};

enum body { NO_BODY, JSON_BODY, JSON_OR_FORM };

struct route {
    const char *method;
    const char *path;           /* with a '/' at its end: any path below it, whose rest is the subject */
    const char *entry;          /* gateway function; NULL: answered here */
    enum body body;
};

static const struct route routes[] = {
    { "POST", "/v1/images/generations", "generations", JSON_BODY },
    { "POST", "/v1/images/edits", "edits", JSON_OR_FORM },
    { "GET", "/v1/models", "models", NO_BODY },
    { "GET", "/v1/models/", "model", NO_BODY },
    { "GET", "/health", NULL, NO_BODY },
};

enum { ROUTES = sizeof routes / sizeof routes[0] };

/* One request on its way through this file. */
struct visit {
    struct server *server;
    struct mg_connection *conn;
    const struct mg_request_info *info;
    struct work *work;
    struct patience_client client;
    double started, auth_seconds, served_at;
    bool entered;               /* counted among those in flight */
    bool close;                 /* the connection cannot be used again: its body was not read */
    bool drain;                 /* what is left of the body may still be on its way */
    size_t body_bytes;
};

/* No body is expected, and none of a reply may be sent in the case of HEAD. */
static bool is_get(const struct visit *visit) { return strcmp(visit->info->request_method, "GET") == 0; }
static bool is_head(const struct visit *visit) { return strcmp(visit->info->request_method, "HEAD") == 0; }

static bool method_matches(const struct route *route, const struct visit *visit)
{
    return strcmp(visit->info->request_method, route->method) == 0 || (is_head(visit) && strcmp(route->method, "GET") == 0);
}

static bool path_matches(const struct route *route, const char *path)
{
    size_t len = strlen(route->path);

    if (route->path[len - 1] == '/')
        return strncmp(path, route->path, len) == 0 && path[len];
    return strcmp(path, route->path) == 0;
}

/* The route, or NULL with the reply made: 404, or 405 with Allow. */
static const struct route *find_route(struct visit *visit)
{
    const struct route *same_path = NULL;

    for (size_t i = 0; i < ROUTES; i++) {
        if (!path_matches(&routes[i], visit->info->local_uri))
            continue;
        same_path = &routes[i];
        if (method_matches(same_path, visit))
            return same_path;
    }
    if (!same_path) {
        work_fail(visit->work, "not_found", NULL, "path: expected one of this gateway's (such as "
                  "/v1/images/generations), got %.200s", visit->info->local_uri);
        return NULL;
    }
    work_fail(visit->work, "method_not_allowed", NULL, "method: expected %s for %.200s, got %.20s", same_path->method,
              visit->info->local_uri, visit->info->request_method);
    buf_add_format(&visit->work->headers, "allow: %s%s\r\n", same_path->method,
                   strcmp(same_path->method, "GET") == 0 ? ", HEAD" : "");
    return NULL;
}

static const char *header(const struct visit *visit, const char *name)
{
    return mg_get_header(visit->conn, name);
}

/* True: the caller is known, or no keys are configured. */
static bool authenticate(struct visit *visit)
{
    const struct auth_keys *keys = visit->server->config->keys;
    double before = op_now();

    if (auth_keys_count(keys) == 0)
        return true;
    int caller = auth_check(keys, header(visit, "Authorization"), header(visit, "x-api-key"));
    visit->auth_seconds = op_now() - before;
    visit->work->caller = caller;
    if (caller >= 0)
        return true;
    work_fail(visit->work, "invalid_api_key", NULL, "%s",
              caller == AUTH_MISSING    ? "api key: expected \"Authorization: Bearer KEY\" or \"x-api-key: KEY\", got neither"
              : caller == AUTH_CONFLICT ? "api key: expected one, got two different ones"
                                        : "api key: expected one that this gateway knows, got another");
    buf_add_text(&visit->work->headers, "www-authenticate: Bearer\r\n");
    return false;
}

static bool too_large(struct visit *visit)
{
    work_fail(visit->work, "request_too_large", NULL, "body: expected at most %zu bytes, got more",
              visit->server->config->body);
    return false;
}

/* Around reading or writing so many bytes. */
static void begin_moving(struct visit *visit, enum patience_for what, size_t len)
{
    patience_begin(&visit->server->patience, &visit->client, what, MOVE_SECONDS + (double)len / MOVE_RATE);
}

static void end_moving(struct visit *visit) { patience_end(&visit->server->patience, &visit->client); }

static bool broken_body(struct visit *visit, const char *expected)
{
    visit->drain = false;
    work_fail(visit->work, "invalid_value", NULL, "body: expected %s, got less", expected);
    return false;
}

/* Reads exactly len bytes, which the client announced. */
static bool read_sized(struct visit *visit, struct buf *body, size_t len)
{
    if (!buf_reserve(body, len))
        return too_large(visit);
    while (body->len < len) {
        int n = mg_read(visit->conn, body->data + body->len, len - body->len);
        if (n <= 0)
            return broken_body(visit, "as many bytes as announced, and in time");
        body->len += (size_t)n;
    }
    return true;
}

static bool read_chunked(struct visit *visit, struct buf *body)
{
    char piece[16 * 1024];

    for (;;) {
        int n = mg_read(visit->conn, piece, sizeof piece);
        if (n < 0)
            return broken_body(visit, "well-formed chunks up to the last, and in time");
        if (n == 0)
            return true;
        if (!buf_add(body, piece, (size_t)n))
            return too_large(visit);
    }
}

static bool read_body(struct visit *visit, struct buf *body)
{
    const char *expect = header(visit, "Expect");
    long long len = visit->info->content_length;

    visit->close = visit->drain = true;         /* until all of it was read */
    if (len > 0 && (unsigned long long)len > visit->server->config->body)
        return too_large(visit);
    if (expect && strcasecmp(expect, "100-continue") == 0)
        mg_write(visit->conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    begin_moving(visit, PATIENCE_BODY, len >= 0 ? (size_t)len : visit->server->config->body);
    bool whole = len >= 0 ? read_sized(visit, body, (size_t)len) : read_chunked(visit, body);
    end_moving(visit);
    visit->close = !whole;
    visit->body_bytes = body->len;
    return whole;
}

static bool no_memory(struct visit *visit)
{
    work_fail(visit->work, "overloaded", NULL, "memory: expected some for the request, got none; try again");
    return false;
}

static bool too_much_text(struct visit *visit)
{
    work_fail(visit->work, "request_too_large", NULL, "body: expected at most %d bytes besides its pictures, got more",
              WORK_TEXT_MAX);
    return false;
}

static bool lift_json(struct visit *visit, char *bytes, size_t len)
{
    struct work *work = visit->work;

    switch (jsonlift(&work->body, bytes, len, &work->host.blobs)) {
    case JSONLIFT_OK:
        return true;
    case JSONLIFT_TOO_LARGE:
        return too_much_text(visit);
    case JSONLIFT_NO_MEMORY:
        break;
    }
    return no_memory(visit);
}

static bool lift_form(struct visit *visit, char *bytes, size_t len)
{
    struct work *work = visit->work;
    const char *reason;

    switch (multipart_lift(&work->body, header(visit, "Content-Type"), bytes, len, &work->host.blobs, &reason)) {
    case MULTIPART_OK:
        return true;
    case MULTIPART_MALFORMED:
        work_fail(work, "invalid_value", NULL, "%s", reason);
        return false;
    case MULTIPART_TOO_LARGE:
        work_fail(work, "request_too_large", NULL, "%s", reason);
        return false;
    case MULTIPART_TEXT_TOO_LARGE:
        return too_much_text(visit);
    case MULTIPART_NO_MEMORY:
        break;
    }
    return no_memory(visit);
}

/* The body belongs to the request from here on; Lua will see it with marks. */
static bool lift_body(struct visit *visit, struct buf *body)
{
    size_t len;
    char *bytes = buf_take(body, &len);

    if (bytes && !blobs_adopt(&visit->work->host.blobs, bytes)) {
        free(bytes);
        return no_memory(visit);
    }
    return visit->work->form ? lift_form(visit, bytes, len) : lift_json(visit, bytes, len);
}

static bool is_type(const char *type, const char *wanted)
{
    size_t len = strlen(wanted);

    return type && strncasecmp(type, wanted, len) == 0 && (!type[len] || strchr("; \t", type[len]));
}

static bool receive(struct visit *visit, enum body expected)
{
    const char *type = header(visit, "Content-Type");
    struct buf body;

    visit->work->form = expected == JSON_OR_FORM && is_type(type, "multipart/form-data");
    if (!visit->work->form && !is_type(type, "application/json")) {
        visit->close = visit->drain = true;
        work_fail(visit->work, "unsupported_media_type", NULL, "content-type: expected application/json%s, got %.100s",
                  expected == JSON_OR_FORM ? " or multipart/form-data" : "", type ? type : "none");
        return false;
    }
    buf_init(&body, visit->server->config->body + 1);
    bool good = read_body(visit, &body) && lift_body(visit, &body);
    buf_free(&body);
    return good;
}

static int header_count(const struct visit *visit, const char *name)
{
    int count = 0;

    for (int i = 0; i < visit->info->num_headers; i++)
        count += strcasecmp(visit->info->http_headers[i].name, name) == 0;
    return count;
}

static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && !text[digits + strspn(text + digits, " \t")];
}

/* civetweb stops reading a head, and does not say so, behind its 64th header and at
 * a line whose name it does not like; what follows may hold another length. So:
 * is there the empty line behind the last header that it read? */
static bool whole_head(const struct mg_request_info *info)
{
    const char *last = info->num_headers > 0 ? info->http_headers[info->num_headers - 1].value : info->http_version;
    const char *behind = last + strlen(last) + 1;       /* civetweb has put NULs where the line ended */

    if (*behind == '\0')
        behind++;
    return *behind == '\r' || *behind == '\n';
}

/* What is wrong with the headers that say where the body ends, or NULL. Two
 * readings of them are how requests are smuggled past a proxy. */
static const char *wrong_length(const struct visit *visit)
{
    const char *len = header(visit, "Content-Length"), *coding = header(visit, "Transfer-Encoding");

    if (!whole_head(visit->info))
        return "headers: expected at most 64, with well-formed names, got others";
    if (len && coding)
        return "headers: expected Content-Length or Transfer-Encoding, got both";
    if (len && (header_count(visit, "Content-Length") > 1 || !is_number(len)))
        return "content-length: expected one whole number, got something else";
    if (coding && (header_count(visit, "Transfer-Encoding") > 1 || strcasecmp(coding, "chunked") != 0))
        return "transfer-encoding: expected chunked, got something else";
    return NULL;
}

static bool one_length(struct visit *visit)
{
    const char *wrong = wrong_length(visit);

    if (wrong) {
        visit->close = visit->drain = true;
        work_fail(visit->work, "invalid_value", NULL, "%s", wrong);
    }
    return !wrong;
}

static void reply_health(struct visit *visit)
{
    struct server *server = visit->server;
    struct pool_figures lua = pool_figures(server->pool);
    struct work *work = visit->work;

    buf_add_format(&work->text, "{\"status\":\"%s\",\"version\":\"%s\",\"uptime\":%.0f,\"in_flight\":%ld,\"served\":%ld,",
                   server->draining ? "draining" : "ok", PICTOR_VERSION, op_now() - server->started,
                   (long)server->in_flight, (long)server->served);
    buf_add_format(&work->text, "\"policy\":{\"generation\":1},\"lua\":{\"states\":%zu,\"bytes\":%zu,\"peak_bytes\":%zu},",
                   lua.states, lua.bytes, lua.peak_bytes);
    buf_add_format(&work->text, "\"upstream\":{\"in_flight\":%zu},\"base64\":\"%s\"}",
                   upstream_in_flight(server->upstream), base64_kernel());
    work->status = 200;
    rope_split(&work->rope, work->text.data, work->text.len, &work->host.blobs, ROPE_BASE64);
}

/* A place among those in flight. False: all are taken, or the server is stopping. */
static bool enter(struct visit *visit)
{
    struct server *server = visit->server;

    long before = server->in_flight++;
    if (!server->draining && before < server->config->in_flight)
        return visit->entered = true;
    server->in_flight--;
    visit->close = true;
    if (server->draining)
        work_fail(visit->work, "draining", NULL, "server: expected to be running, it is stopping; try another or again");
    else
        work_fail(visit->work, "overloaded", NULL, "server: expected at most %ld requests at once, got more; try again",
                  server->config->in_flight);
    return false;
}

/* Only after the reply was written: a stop waits for all who are counted. */
static void leave(struct visit *visit)
{
    if (!visit->entered)
        return;
    visit->server->served++;
    visit->server->in_flight--;
}

static void serve_route(struct visit *visit, const struct route *route)
{
    struct work *work = visit->work;
    const char *explain = header(visit, "x-pictor-explain");

    work->entry = route->entry;
    work->explain = explain && strcmp(explain, "1") == 0;
    if (!enter(visit))
        return;
    snprintf(work->subject, sizeof work->subject, "%s", visit->info->local_uri + strlen(route->path));
    if (route->body == NO_BODY || receive(visit, route->body))
        pool_serve(visit->server->pool, work);
}

/* Whatever the method: civetweb would wait for a GET's body without an end. */
static bool announces_body(const struct visit *visit)
{
    const char *len = header(visit, "Content-Length");

    return header(visit, "Transfer-Encoding") || (len && strspn(len, "0 \t") != strlen(len))
        || (visit->info->content_length != 0 && !is_get(visit) && !is_head(visit));
}

/* The path of a request: lengths, route, key, body, Lua. Each step that refuses has made the reply. */
static void answer(struct visit *visit)
{
    visit->close = visit->drain = announces_body(visit);
    if (!one_length(visit))
        return;
    const struct route *route = find_route(visit);
    if (!route)
        return;
    if (!route->entry) {
        reply_health(visit);
        return;
    }
    if (!authenticate(visit))
        return;
    serve_route(visit, route);
}

static bool sane_id(const char *id)
{
    size_t len = id ? strlen(id) : 0;

    return len > 0 && len <= WORK_ID
        && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len;
}

static void make_id(char *id, size_t size)
{
    unsigned long long bits[2] = { 0, 0 };

    if (getrandom(bits, sizeof bits, 0) < 0)
        bits[0] = (unsigned long long)(op_now() * 1e9);
    snprintf(id, size, "req_%016llx%08llx", bits[0], bits[1] & 0xffffffff);
}

static void choose_id(struct visit *visit)
{
    const char *given = header(visit, "x-request-id");

    if (sane_id(given))
        snprintf(visit->work->id, sizeof visit->work->id, "%s", given);
    else
        make_id(visit->work->id, sizeof visit->work->id);
}

static const char *status_text(int status)
{
    const char *text = mg_get_response_code_text(NULL, status);

    return text ? text : "Status";
}

static bool add_head(struct buf *head, struct visit *visit)
{
    struct work *work = visit->work;
    time_t now = time(NULL);
    struct tm utc;
    char date[64];
    double reply = visit->served_at - visit->started - visit->auth_seconds - work->policy_seconds
                 - work->upstream_seconds;

    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return buf_add_format(head, "HTTP/1.1 %d %s\r\ndate: %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
                          "x-request-id: %s\r\n", work->status, status_text(work->status), date, work->rope.bytes, work->id)
        && buf_add_format(head, "server-timing: auth;dur=%.3f, policy;dur=%.3f, upstream;dur=%.3f, reply;dur=%.3f\r\n",
                          visit->auth_seconds * 1e3, work->policy_seconds * 1e3, work->upstream_seconds * 1e3,
                          reply > 0 ? reply * 1e3 : 0)
        && buf_add(head, work->headers.data, work->headers.len)
        && buf_add_text(head, visit->close ? "connection: close\r\n\r\n" : "\r\n");
}

/* The next stretch of the rope behind what out holds, then one write; so the head
 * leaves with the first piece, and a small reply whole. */
static bool write_rope(struct mg_connection *conn, struct buf *out, const struct rope *rope)
{
    char *scratch = malloc(base64_encoded_size(ROPE_CHUNK));
    struct rope_walk walk = { .rope = rope };
    const char *data;
    size_t n;
    bool good = scratch != NULL;

    while (good && (n = rope_next(&walk, 0, scratch, &data)) > 0) {
        if (out->len + n <= JOIN_MAX && buf_add(out, data, n))
            continue;
        good = out->len == 0 || mg_write(conn, out->data, out->len) == (int)out->len;
        out->len = 0;
        if (good && !(n <= JOIN_MAX / 4 && buf_add(out, data, n)))
            good = mg_write(conn, data, n) == (int)n;
    }
    good = good && (out->len == 0 || mg_write(conn, out->data, out->len) == (int)out->len);
    free(scratch);
    return good;
}

/* A body that was refused unread: closing now would reset the connection before
 * its sender has read why. Bounded by time; civetweb, which would go on reading,
 * then finds the connection cut. */
static void drain_body(struct visit *visit)
{
    char piece[16 * 1024];
    double end = op_now() + DRAIN_SECONDS;
    bool more = true;

    patience_begin(&visit->server->patience, &visit->client, PATIENCE_ALL, DRAIN_SECONDS);
    while (more && op_now() < end)
        more = mg_read(visit->conn, piece, sizeof piece) > 0;
    end_moving(visit);
    if (more)
        patience_cut(&visit->client, PATIENCE_ALL);
}

static bool write_reply(struct visit *visit)
{
    struct buf out;

    visit->served_at = op_now();
    buf_init(&out, HEADERS_MAX + WORK_TEXT_MAX + JOIN_MAX);
    if (visit->close)
        mg_disable_connection_keep_alive(visit->conn);
    const struct rope none = { 0 };
    begin_moving(visit, PATIENCE_ALL, visit->work->rope.bytes);
    bool good = add_head(&out, visit) && write_rope(visit->conn, &out, is_head(visit) ? &none : &visit->work->rope);
    end_moving(visit);
    buf_free(&out);
    return good;
}

static void log_visit(const struct visit *visit, bool written)
{
    const struct work *work = visit->work;
    const struct config *config = visit->server->config;

    LOG(work->status >= 500 ? LOG_WARN : LOG_INFO, "request", LOG_TEXT("id", work->id),
        LOG_TEXT("method", visit->info->request_method), LOG_TEXT("path", visit->info->local_uri),
        LOG_INTEGER("status", work->status),
        LOG_TEXT("caller", work->caller >= 0 ? auth_keys_name(config->keys, (size_t)work->caller) : NULL),
        LOG_NUMBER("ms", (op_now() - visit->started) * 1e3), LOG_NUMBER("policy_ms", work->policy_seconds * 1e3),
        LOG_NUMBER("upstream_ms", work->upstream_seconds * 1e3),
        LOG_INTEGER("bytes_in", (long long)visit->body_bytes), LOG_INTEGER("bytes_out", (long long)work->rope.bytes),
        LOG_TEXT("client", written ? NULL : "gone"));
}

static int handle(struct mg_connection *conn)
{
    struct work work;
    struct visit visit = {
        .server = mg_get_user_data(mg_get_context(conn)), .conn = conn, .info = mg_get_request_info(conn),
        .work = &work, .started = op_now(),
    };

    visit.client = (struct patience_client){
        .address = visit.info->remote_addr, .port = visit.info->remote_port, .own_port = visit.info->server_port,
    };
    if (work_init(&work, visit.server->pool)) {
        choose_id(&visit);
        answer(&visit);
        bool written = write_reply(&visit);
        log_visit(&visit, written);
        leave(&visit);
        if (written && visit.close && visit.drain)
            drain_body(&visit);
    } else {
        mg_disable_connection_keep_alive(conn);
        mg_write(conn, "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", 75);
        work.status = 503;
    }
    work_free(&work);
    return work.status;
}

static const char *refusal(int status)
{
    switch (status) {
    case 411:
        return "content-length: expected a whole number, got something else";
    case 413:
        return "head: expected at most 32 KiB, got more";
    case 505:
        return "version: expected HTTP/1.0 or HTTP/1.1, got another";
    default:
        return "head: expected a whole and well-formed one of at most 32 KiB, and in time, got something else";
    }
}

/* What civetweb refuses by itself (a head that is no HTTP, or too long, or never ends), in our shape. */
static int handle_error(struct mg_connection *conn, int status, const char *message)
{
    char id[WORK_ID + 1];
    struct buf body, head;

    make_id(id, sizeof id);
    buf_init(&body, 4096);
    buf_init(&head, 4096);
    buf_add_format(&body, "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,"
                   "\"code\":\"%s\"}}", refusal(status), status == 413 ? "request_too_large" : "invalid_value");
    buf_add_format(&head, "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
                   "x-request-id: %s\r\nconnection: close\r\n\r\n", status, status_text(status), body.len, id);
    if (buf_add(&head, body.data, body.len))
        mg_write(conn, head.data, head.len);
    LOG(LOG_INFO, "refused", LOG_TEXT("id", id), LOG_INTEGER("status", status), LOG_TEXT("reason", message));
    buf_free(&body);
    buf_free(&head);
    return 0;
}

static int log_civetweb(const struct mg_connection *conn, const char *message)
{
    struct server *server = mg_get_user_data(mg_get_context(conn));

    if (server && !server->civetweb) {          /* starting: it becomes the reason, for a person */
        if (!server->complaint[0])
            snprintf(server->complaint, sizeof server->complaint, "%s", message);
        return 1;
    }
    LOG(LOG_WARN, "civetweb", LOG_TEXT("message", message));
    return 1;
}

static struct mg_context *start(struct server *server, struct buf *error)
{
    const struct config *config = server->config;
    char workers[32], headers[32], backlog[32];
    const char *options[] = {
        "listening_ports", config->listen, "num_threads", workers, "max_request_size", headers,
        "listen_backlog", backlog, "connection_queue", backlog, "enable_keep_alive", "yes",
        "keep_alive_timeout_ms", "10000", "request_timeout_ms", "20000", "tcp_nodelay", "1",
        "enable_directory_listing", "no", "enable_auth_domain_check", "no",
        config->certificate[0] ? "ssl_certificate" : NULL, config->certificate, NULL,
    };
    const struct mg_callbacks callbacks = {
        .begin_request = handle, .http_error = handle_error, .log_message = log_civetweb,
    };
    char reason[512] = "";
    struct mg_error_data failure = { .text = reason, .text_buffer_size = sizeof reason };
    struct mg_init_data init = { .callbacks = &callbacks, .user_data = server, .configuration_options = options };
    pthread_attr_t small;

    snprintf(workers, sizeof workers, "%ld", config->in_flight + SPARE_WORKERS);
    snprintf(headers, sizeof headers, "%d", HEADERS_MAX);
    snprintf(backlog, sizeof backlog, "%d", 4096);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, WORKER_STACK);
    pthread_setattr_default_np(&small);         /* civetweb takes the default for its workers */
    pthread_attr_destroy(&small);
    struct mg_context *context = mg_start2(&init, &failure);
    if (!context)
        buf_add_format(error, "listen: expected addresses that can be listened on, got %s (%s)", config->listen,
                       server->complaint[0] ? server->complaint : reason);
    return context;
}

struct server *server_new(const struct config *config, struct pool *pool, struct upstream *upstream, struct buf *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return NULL;
    server->config = config;
    server->pool = pool;
    server->upstream = upstream;
    server->started = op_now();
    if (!patience_init(&server->patience)) {
        free(server);
        return NULL;
    }
    mg_init_library(MG_FEATURES_DEFAULT);
    server->civetweb = start(server, error);
    if (server->civetweb)
        return server;
    mg_exit_library();
    patience_free(&server->patience);
    free(server);
    return NULL;
}

long server_drain(struct server *server, long seconds)
{
    double end = op_now() + (double)seconds;

    server->draining = true;
    while (server->in_flight > 0 && op_now() < end)
        usleep(10000);
    return server->in_flight;
}

void server_free(struct server *server)
{
    struct knock knock = { .started = false };

    knock_start(&knock, server->config->listen);
    mg_stop(server->civetweb);
    knock_stop(&knock);
    mg_exit_library();
    patience_free(&server->patience);
    free(server);
}

const char *server_library(void) { return mg_version(); }
