/* upstream_test.c - do calls get out, and does every end of one come back as what it is?
 * SPDX-License-Identifier: MIT */
#include "upstream.h"

#include <dlfcn.h>
#include <malloc.h>
#include <netdb.h>
#include <semaphore.h>
#include <sys/resource.h>

#include "base64.h"
#include "blob.h"
#include "check.h"
#include "tiny_server.h"

enum { MB = 1 << 20, CEILING = 4 * MB, PATIENCE_MS = 30000, THREADS = 8, AT_ONCE = 200, CROWD = 4000 };

static struct upstream *client;
static struct tiny_server *server;
static sem_t arrived, gone;             /* at the server: a request for /slow, and its end */
static pthread_barrier_t everybody;     /* AT_ONCE requests are at the server */

/* The server's ways, by path */

static bool serve_sized(struct tiny_request *request, size_t len)
{
    char *body = calloc(1, len + 1);
    bool good = body && tiny_answer(request->fd, body, len);

    free(body);
    return good;
}

static bool serve_chunked(struct tiny_request *request, size_t len)
{
    static const char bytes[10000];
    bool good = tiny_say(request->fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");

    while (good && len > 0) {
        size_t n = len < sizeof bytes ? len : sizeof bytes;
        good = tiny_say(request->fd, "%zx\r\n", n) && tiny_write(request->fd, bytes, n)
            && tiny_say(request->fd, "\r\n");
        len -= n;
    }
    return good && tiny_say(request->fd, "0\r\nX-Trailer: yes\r\n\r\n");
}

static bool serve_headers(struct tiny_request *request, size_t kilobytes)
{
    char filler[1000 + 1];

    memset(filler, 'x', 1000);
    filler[1000] = '\0';
    bool good = tiny_say(request->fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
    for (size_t i = 0; good && i < kilobytes; i++)
        good = tiny_say(request->fd, "X-Filler: %s\r\n", filler);
    return good && tiny_say(request->fd, "\r\n");
}

static bool serve_slow(struct tiny_request *request)
{
    sem_post(&arrived);
    tiny_wait_for_end(request->fd);
    sem_post(&gone);
    return false;
}

/* Reads a request on a kept connection whole, and closes without a word. */
static bool serve_stale(struct tiny_request *request, useconds_t after)
{
    if (request->nth == 0)
        return tiny_answer(request->fd, request->body, request->len);
    usleep(after);
    return false;
}

static bool serve_everybody(struct tiny_request *request)
{
    pthread_barrier_wait(&everybody);
    return tiny_answer(request->fd, request->body, request->len);
}

/* What is said before the connection closes, after the request was read. */
static const struct {
    const char *path, *text;
} last_words[] = {
    { "/nothing", "" },
    { "/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes." },
    { "/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nten bytes." },
    { "/cut-head", "HTTP/1.1 200 OK\r\nContent-Le" },
    { "/only-continue", "HTTP/1.1 100 Continue\r\n\r\n" },
    { "/garbage", "SSH-2.0-OpenSSH_9.2\r\n" },
    { "/bad-length", "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n" },
    { "/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nten\r\n" },
    { "/announced-huge", "HTTP/1.1 200 OK\r\nContent-Length: 4000000000000\r\n\r\n" },
    { "/until-close", "HTTP/1.1 200 OK\r\n\r\nuntil the end" },
};

/* What is said before the next request is read. */
static const struct {
    const char *path, *text;
} answers[] = {
    { "/continue", "HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n"
                   "HTTP/1.1 201 Created\r\nX-Late: yes\r\nContent-Length: 2\r\n\r\nok" },
    { "/gone", "HTTP/1.1 410 Gone\r\nContent-Type:  text/Plain  \r\nX-Many: 1\r\nX-Many: 2\r\n"
               "Content-Length: 2\r\n\r\nno" },
    { "/elsewhere", "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n" },
    { "/empty", "HTTP/1.1 204 No Content\r\n\r\n" },
    { "/squeezed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08!" },
    { "/head-only", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" },
};

static bool serve_words(struct tiny_request *request)
{
    for (size_t i = 0; i < sizeof last_words / sizeof last_words[0]; i++) {
        if (strcmp(request->path, last_words[i].path) == 0)
            return tiny_write(request->fd, last_words[i].text, strlen(last_words[i].text)) && false;
    }
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(request->path, answers[i].path) == 0)
            return tiny_write(request->fd, answers[i].text, strlen(answers[i].text));
    }
    return tiny_say(request->fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static bool serve(struct tiny_request *request)
{
    const char *path = request->path;
    size_t number = strtoul(path + strcspn(path, "0123456789"), NULL, 10);

    if (strcmp(path, "/echo") == 0)
        return tiny_answer(request->fd, request->body, request->len);
    if (strcmp(path, "/head") == 0)
        return tiny_answer(request->fd, request->head, strlen(request->head));
    if (strncmp(path, "/sized/", 7) == 0)
        return serve_sized(request, number);
    if (strncmp(path, "/chunked/", 9) == 0)
        return serve_chunked(request, number);
    if (strncmp(path, "/headers/", 9) == 0)
        return serve_headers(request, number);
    if (strcmp(path, "/slow") == 0)
        return serve_slow(request);
    if (strcmp(path, "/stale") == 0)
        return serve_stale(request, 0);
    if (strcmp(path, "/stale-late") == 0)
        return serve_stale(request, 1500000);
    if (strcmp(path, "/everybody") == 0)
        return serve_everybody(request);
    if (strcmp(path, "/reset") == 0)
        return tiny_reset(request->fd);
    if (strcmp(path, "/reset-within") == 0)
        return tiny_say(request->fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten") && tiny_reset(request->fd);
    return serve_words(request);
}

/* Calls */

struct waited {
    struct upstream_call call;
    char url[300];
    struct rope_piece piece;
    struct rope rope;
    sem_t over;
    _Atomic int dones;
};

static void note_done(struct upstream_call *call)
{
    struct waited *waited = call->context;

    waited->dones++;
    sem_post(&waited->over);
}

/* Describes a call to the server; body may be NULL. */
static void prepare(struct waited *waited, const char *method, const char *path, const char *body)
{
    *waited = (struct waited){
        .call = { .method = method, .url = waited->url, .timeout_ms = PATIENCE_MS, .max_answer = CEILING,
                  .done = note_done, .context = waited },
        .piece = { .data = body, .len = body ? strlen(body) : 0 },
    };
    snprintf(waited->url, sizeof waited->url, "%s%s", path[0] == '/' ? "http://127.0.0.1" : "", path);
    if (path[0] == '/')
        snprintf(waited->url, sizeof waited->url, "http://127.0.0.1:%d%s", server->port, path);
    waited->rope = (struct rope){
        .pieces = &waited->piece, .count = body && *body ? 1 : 0, .bytes = waited->piece.len,
    };
    waited->call.body = body ? &waited->rope : NULL;
    sem_init(&waited->over, 0, 0);
}

static void exchange(struct waited *waited)
{
    if (upstream_start(client, &waited->call))
        sem_wait(&waited->over);
}

static void clear(struct waited *waited)
{
    upstream_cancel(client, &waited->call);     /* so that done has returned */
    upstream_call_clear(&waited->call);
    sem_destroy(&waited->over);
}

static bool answered(const struct waited *waited, int status, const char *body)
{
    const struct upstream_call *call = &waited->call;

    return call->outcome == UPSTREAM_ANSWERED && call->status == status && call->reason[0] == '\0'
        && call->body_len == strlen(body) && !call->body_data == !*body
        && (!call->body_data || memcmp(call->body_data, body, call->body_len) == 0);
}

static void test_answers(void)
{
    static const struct {
        const char *what, *method, *path, *sent;
        int status;
        const char *body;
    } cases[] = {
        { "a body comes back", "POST", "/echo", "{\"prompt\":\"a cat\"}", 200, "{\"prompt\":\"a cat\"}" },
        { "a GET has no body", "GET", "/echo", NULL, 200, "" },
        { "an empty body is announced", "POST", "/echo", "", 200, "" },
        { "another method with a body", "PUT", "/echo", "put", 200, "put" },
        { "another method without", "DELETE", "/echo", NULL, 200, "" },
        { "HEAD waits for no body", "HEAD", "/head-only", NULL, 200, "" },
        { "a POST after HEAD", "POST", "/echo", "post", 200, "post" },
        { "a status of failure is an answer", "POST", "/gone", "x", 410, "no" },
        { "no redirect is followed", "POST", "/elsewhere", "x", 302, "" },
        { "no content", "POST", "/empty", "x", 204, "" },
        { "the last status counts, not 100 Continue's", "POST", "/continue", "x", 201, "ok" },
        { "compressed bytes are left alone", "POST", "/squeezed", "x", 200, "\x1f\x8b\x08!" },
        { "a body that ends with its connection", "POST", "/until-close", "x", 200, "until the end" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waited waited;
        prepare(&waited, cases[i].method, cases[i].path, cases[i].sent);
        exchange(&waited);
        CHECK(answered(&waited, cases[i].status, cases[i].body), "answer: %s (%d, %d, %s)", cases[i].what,
              (int)waited.call.outcome, waited.call.status, waited.call.reason);
        clear(&waited);
    }
}

static void test_failures(void)
{
    int unused, port = 0;
    char refused[64], tls[64];

    unused = tiny_listen(1, &port);
    close(unused);
    snprintf(refused, sizeof refused, "http://127.0.0.1:%d/", port);
    snprintf(tls, sizeof tls, "https://127.0.0.1:%d/", server->port);
    const struct {
        const char *what, *path;
        enum upstream_outcome outcome;
    } cases[] = {
        { "nobody listens", refused, UPSTREAM_UNREACHABLE },
        { "no TLS at the other end", tls, UPSTREAM_UNREACHABLE },
        { "no such name", "http://nowhere.test/", UPSTREAM_UNREACHABLE },
        { "no such protocol", "file:///etc/hostname", UPSTREAM_UNREACHABLE },
        { "no URL", "http://", UPSTREAM_UNREACHABLE },
        { "reset before the answer", "/reset", UPSTREAM_BROKEN },
        { "reset within the answer", "/reset-within", UPSTREAM_BROKEN },
        { "closed before the answer", "/nothing", UPSTREAM_BROKEN },
        { "closed within the head", "/cut-head", UPSTREAM_BROKEN },
        { "closed after 100 Continue", "/only-continue", UPSTREAM_BROKEN },
        { "closed within the body", "/cut", UPSTREAM_BROKEN },
        { "closed within a chunk", "/cut-chunk", UPSTREAM_BROKEN },
        { "not HTTP", "/garbage", UPSTREAM_BROKEN },
        { "no number as length", "/bad-length", UPSTREAM_BROKEN },
        { "no number as chunk", "/bad-chunk", UPSTREAM_BROKEN },
        { "headers without end", "/headers/70", UPSTREAM_BROKEN },
        { "too large by its announced length", "/announced-huge", UPSTREAM_TOO_LARGE },
        { "too large by one byte", "/sized/4194305", UPSTREAM_TOO_LARGE },
        { "too large by surprise", "/chunked/4194305", UPSTREAM_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waited waited;
        prepare(&waited, "POST", cases[i].path, "x");
        exchange(&waited);
        CHECK(waited.call.outcome == cases[i].outcome, "failure: %s (%d, %s)", cases[i].what, (int)waited.call.outcome,
              waited.call.reason);
        CHECK(waited.call.reason[0] && !waited.call.body_data && waited.call.body_len == 0,
              "failure: %s: a reason, and no half answer", cases[i].what);
        clear(&waited);
    }
}

/* Neither more memory than the bytes need, nor fewer bytes than allowed. */
static void test_large_answers(void)
{
    static const char *const paths[] = { "/sized/2097152", "/chunked/2097153", "/sized/4194304", "/chunked/4194304" };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct waited waited;
        prepare(&waited, "GET", paths[i], NULL);
        exchange(&waited);
        size_t len = waited.call.body_len, room = waited.call.body_data ? malloc_usable_size(waited.call.body_data) : 0;
        CHECK(len == strtoul(strrchr(paths[i], '/') + 1, NULL, 10), "large: %s comes whole", paths[i]);
        CHECK(room <= len + len / 10, "large: %s takes %zu bytes of memory", paths[i], room);
        clear(&waited);
    }
}

static void test_headers(void)
{
    static const char *const headers[] = { "Content-Type: application/json", "X-Key: secret", NULL };
    struct waited waited;
    char value[64], *large = calloc(1, 2 * MB + 1);

    memset(large, 'x', 2 * MB);     /* libcurl would like to wait with so much */
    prepare(&waited, "POST", "/head", large);
    waited.call.headers = headers;
    exchange(&waited);
    char *head = strndup(waited.call.body_data, waited.call.body_len);
    CHECK(strstr(head, "\r\nContent-Type: application/json\r\n"), "headers: the caller's are sent");
    CHECK(strstr(head, "\r\nX-Key: secret\r\n"), "headers: all of them");
    CHECK(strstr(head, "\r\nUser-Agent: pictor-test\r\n"), "headers: the user agent is sent");
    CHECK(strstr(head, "\r\nContent-Length: 2097152\r\n"), "headers: the length is sent");
    CHECK(!strcasestr(head, "\r\nexpect:"), "headers: no waiting for 100 Continue");
    CHECK(!strcasestr(head, "\r\naccept-encoding:"), "headers: no compression is asked for");
    free(head);
    free(large);
    clear(&waited);

    prepare(&waited, "POST", "/head", "{}");
    exchange(&waited);
    head = strndup(waited.call.body_data, waited.call.body_len);
    CHECK(!strcasestr(head, "\r\ncontent-type:"), "headers: no type is invented");
    CHECK(!strcasestr(head, "\r\nx-key:"), "headers: none is left from the call before");
    free(head);
    clear(&waited);

    prepare(&waited, "GET", "/gone", NULL);
    exchange(&waited);
    CHECK(upstream_header(&waited.call, "content-type", value, sizeof value), "headers: the answer's are found");
    CHECK_TEXT(value, "text/Plain", "headers: trimmed, as written");
    CHECK_TEXT(waited.call.head.data, "content-type: text/Plain\nx-many: 1\nx-many: 2\ncontent-length: 2\n",
               "headers: all of the answer's");
    clear(&waited);

    prepare(&waited, "GET", "/continue", NULL);
    exchange(&waited);
    CHECK(upstream_header(&waited.call, "x-late", value, sizeof value)
          && !upstream_header(&waited.call, "x-early", value, sizeof value), "headers: none of 100 Continue's");
    clear(&waited);
}

/* Text, a blob that is base64, a raw blob: as one body, byte for byte. */
static void test_rope(void)
{
    enum { RAW = 500001, ENCODED = 300000 };
    char *raw = malloc(RAW), *encoded = malloc(ENCODED), *expected = malloc(2 * MB), text[512];
    struct blobs blobs;
    char first[BLOB_MARK], second[BLOB_MARK];
    struct waited waited;

    for (size_t i = 0; i < RAW; i++)
        raw[i] = (char)(i * 2654435761u >> 13);
    base64_encode(encoded, raw, ENCODED / 4 * 3);
    blobs_init(&blobs);
    blobs_add(&blobs, encoded, ENCODED, BLOB_BASE64, first);
    blobs_add(&blobs, raw, RAW, BLOB_RAW, second);
    int text_len = snprintf(text, sizeof text, "{\"a\":\"%.*s\",\"b\":\"%.*s\"}", BLOB_MARK, first, BLOB_MARK, second);
    size_t len = (size_t)sprintf(expected, "{\"a\":\"%.*s\",\"b\":\"", ENCODED, encoded);
    len += base64_encode(expected + len, raw, RAW);
    len += (size_t)sprintf(expected + len, "\"}");

    prepare(&waited, "POST", "/echo", "");
    rope_split(&waited.rope, text, (size_t)text_len, &blobs, ROPE_BASE64);
    exchange(&waited);
    CHECK(waited.rope.bytes == len, "rope: announced with its length");
    CHECK(waited.call.body_len == len && memcmp(waited.call.body_data, expected, len) == 0,
          "rope: arrives byte for byte");
    rope_free(&waited.rope);
    clear(&waited);
    blobs_free(&blobs);
    free(raw);
    free(encoded);
    free(expected);
}

static void test_reuse(void)
{
    struct waited waited;
    int accepts = 0;
    size_t connections = upstream_connections(client);

    for (int i = 0; i < 20; i++) {
        prepare(&waited, "POST", "/echo", "again");
        exchange(&waited);
        clear(&waited);
        if (i == 0)
            accepts = server->accepts;
    }
    CHECK(server->accepts == accepts, "reuse: twenty calls in a row, one connection");
    CHECK(upstream_connections(client) <= connections + 1, "reuse: and it is counted once");
}

/* The first answer leaves a connection that the server closes when the next request has come. */
static void test_stale(const char *path, bool sent_again)
{
    struct upstream_options options = { .connect_timeout_ms = PATIENCE_MS };
    struct upstream *shared = client;
    struct waited waited;

    client = upstream_new(&options);
    prepare(&waited, "POST", path, "first");
    exchange(&waited);
    clear(&waited);
    int before = server->requests;
    prepare(&waited, "POST", path, "the body, from its start");
    exchange(&waited);
    CHECK(server->requests == before + (sent_again ? 2 : 1), "%s: the server had it %d times", path,
          server->requests - before);
    if (sent_again)
        CHECK(answered(&waited, 200, "the body, from its start"), "%s: sent again on a new connection", path);
    else
        CHECK(waited.call.outcome == UPSTREAM_BROKEN && strstr(waited.call.reason, "charged"),
              "%s: not sent again after the server worked on it (%s)", path, waited.call.reason);
    clear(&waited);
    upstream_free(client);
    client = shared;
}

/* Many threads */

static void *send_many(void *user)
{
    struct waited *waited = user;

    for (int i = 0; i < AT_ONCE / THREADS; i++) {
        prepare(&waited[i], "POST", "/everybody", "one of many");
        upstream_start(client, &waited[i].call);
    }
    return NULL;
}

/* The server answers nobody before all are there. */
static void test_many_at_once(void)
{
    struct waited *waited = calloc(AT_ONCE, sizeof *waited);
    pthread_t threads[THREADS];
    int good = 0;

    pthread_barrier_init(&everybody, NULL, AT_ONCE);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, send_many, waited + i * (AT_ONCE / THREADS));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < AT_ONCE; i++) {
        sem_wait(&waited[i].over);
        good += answered(&waited[i], 200, "one of many") && waited[i].dones == 1;
        clear(&waited[i]);
    }
    CHECK(good == AT_ONCE, "at once: %d of %d calls answered, each once", good, AT_ONCE);
    CHECK(upstream_in_flight(client) == 0, "at once: none is left in flight");
    pthread_barrier_destroy(&everybody);
    free(waited);
}

static void *start_and_cancel(void *user)
{
    struct waited *waited = malloc(sizeof *waited);
    int *good = user;

    for (int i = 0; i < 100; i++) {
        prepare(waited, "POST", "/echo", "x");
        upstream_start(client, &waited->call);
        usleep((useconds_t)(i * 7 % 300));
        upstream_cancel(client, &waited->call);
        enum upstream_outcome outcome = waited->call.outcome;
        *good += waited->dones == 1 && (outcome == UPSTREAM_CANCELLED || outcome == UPSTREAM_ANSWERED);
        clear(waited);
        memset(waited, 0x5a, sizeof *waited);       /* whoever still looks will be sorry */
    }
    free(waited);
    return NULL;
}

static void test_cancel_races(void)
{
    pthread_t threads[THREADS];
    int good[THREADS] = { 0 }, sum = 0;

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, start_and_cancel, &good[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += good[i];
    }
    CHECK(sum == THREADS * 100, "cancel: at any moment, done is called just once (%d of %d)", sum, THREADS * 100);
    CHECK(upstream_in_flight(client) == 0, "cancel: none is left in flight");
}

static void test_cancel_in_flight(void)
{
    struct waited waited;

    prepare(&waited, "POST", "/slow", "x");
    upstream_start(client, &waited.call);
    sem_wait(&arrived);
    CHECK(upstream_in_flight(client) == 1, "cancel: one is in flight");
    upstream_cancel(client, &waited.call);
    CHECK(waited.dones == 1 && waited.call.outcome == UPSTREAM_CANCELLED,
          "cancel: in flight: done was called, as cancelled");
    CHECK(waited.call.reason[0], "cancel: in flight: with a reason");
    sem_wait(&gone);
    CHECK(true, "cancel: in flight: the server sees the end");
    upstream_cancel(client, &waited.call);
    CHECK(waited.dones == 1, "cancel: twice changes nothing");
    clear(&waited);

    prepare(&waited, "POST", "/echo", "x");
    exchange(&waited);
    upstream_cancel(client, &waited.call);
    CHECK(waited.dones == 1 && answered(&waited, 200, "x"), "cancel: after done changes nothing");
    clear(&waited);

    prepare(&waited, "POST", "/echo", "x");
    upstream_cancel(client, &waited.call);
    CHECK(waited.dones == 0, "cancel: never started, never done");
    clear(&waited);
}

/* A done that takes its time, with the client's thread held up in it. */
static sem_t held, let_go;
static _Atomic bool leaving;

static void hold_up(struct upstream_call *call)
{
    sem_post(&held);
    sem_wait(&let_go);
    usleep(20000);
    leaving = true;
    note_done(call);
}

static void *cancel_it(void *user)
{
    struct waited *waited = user;

    upstream_cancel(client, &waited->call);
    return leaving ? user : NULL;
}

static void test_cancel_while_held_up(void)
{
    struct waited holder, queued;
    pthread_t of_holder, of_queued;
    void *after_holder, *after_queued;

    leaving = false;
    prepare(&holder, "POST", "/echo", "x");
    holder.call.done = hold_up;
    upstream_start(client, &holder.call);
    sem_wait(&held);
    prepare(&queued, "POST", "/echo", "x");
    upstream_start(client, &queued.call);
    pthread_create(&of_holder, NULL, cancel_it, &holder);
    pthread_create(&of_queued, NULL, cancel_it, &queued);
    usleep(20000);
    sem_post(&let_go);
    pthread_join(of_holder, &after_holder);
    pthread_join(of_queued, &after_queued);
    CHECK(after_holder, "cancel: while done runs: returns after it");
    CHECK(holder.dones == 1 && answered(&holder, 200, "x"), "cancel: while done runs: the answer stays");
    CHECK(after_queued && queued.dones == 1, "cancel: while queued: done is called, on the client's thread");
    CHECK(queued.call.outcome == UPSTREAM_CANCELLED || queued.call.outcome == UPSTREAM_ANSWERED,
          "cancel: while queued: over");
    clear(&holder);
    clear(&queued);
}

static void test_free_in_flight(void)
{
    struct upstream_options options = { .connect_timeout_ms = PATIENCE_MS };
    struct upstream *shared = client;
    struct waited waited[20];
    int good = 0;

    client = upstream_new(&options);
    for (int i = 0; i < 20; i++) {
        prepare(&waited[i], "POST", "/slow", "x");
        upstream_start(client, &waited[i].call);
    }
    for (int i = 0; i < 10; i++)
        sem_wait(&arrived);
    upstream_free(client);
    client = shared;
    for (int i = 0; i < 20; i++) {
        good += waited[i].dones == 1 && waited[i].call.outcome == UPSTREAM_CANCELLED;
        upstream_call_clear(&waited[i].call);
        sem_destroy(&waited[i].over);
    }
    CHECK(good == 20, "free: %d of 20 calls under way were cancelled", good);
}

/* Names and time */

static sem_t resolving;
static pthread_barrier_t resolver;

/* Stands before the C library's: a name server that does not answer, and names that do not exist. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (node && strcmp(node, "silent.test") == 0) {
        sem_post(&resolving);
        pthread_barrier_wait(&resolver);
        return EAI_AGAIN;
    }
    if (node && strcmp(node, "nowhere.test") == 0)
        return EAI_NONAME;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!node || strcmp(node, "two.test") != 0)
        return real(node, service, hints, out);
    struct addrinfo *second = NULL, only = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    if (real("127.0.0.1", service, &only, &second) != 0 || real("127.0.0.2", service, &only, out) != 0)
        return EAI_AGAIN;
    (*out)->ai_next = second;
    return 0;
}

/* The first address refuses; its socket's number is the next one's, too. */
static void test_two_addresses(void)
{
    struct waited waited;
    char url[64];

    snprintf(url, sizeof url, "http://two.test:%d/echo", server->port);
    prepare(&waited, "POST", url, "x");
    waited.call.timeout_ms = PATIENCE_MS / 6;
    exchange(&waited);
    CHECK(answered(&waited, 200, "x"), "resolver: the second address, when the first refuses (%s)", waited.call.reason);
    clear(&waited);
}

/* Guarded calls. Of TLS the server knows nothing: whoever gets as far as that is not forbidden. */

static void prepare_guarded(struct waited *waited, const char *url, const char *admitted)
{
    char full[sizeof waited->url];

    snprintf(full, sizeof full, url, server->port);
    prepare(waited, "GET", full, NULL);
    waited->call.guarded = true;
    waited->call.admitted = admitted;
}

static void test_guard(void)
{
    static const struct {
        const char *what, *url, *reason;
    } cases[] = {
        { "this machine", "https://127.0.0.1:%d/", "got 127.0.0.1" },
        { "as one number", "https://2130706433:%d/", "got 127.0.0.1" },
        { "in octal", "https://0177.0.0.1:%d/", "got 127.0.0.1" },
        { "in hexadecimal", "https://0x7f000001:%d/", "got 127.0.0.1" },
        { "shortened", "https://127.1:%d/", "got 127.0.0.1" },
        { "no address at all", "https://0.0.0.0:%d/", "got 0.0.0.0" },
        { "by its name", "https://localhost:%d/", "address: expected a public one, got " },
        { "by a name with two addresses", "https://two.test:%d/", "got 127.0.0." },
        { "IPv6", "https://[::1]:%d/", "got ::1" },
        { "IPv4 in IPv6", "https://[::ffff:127.0.0.1]:%d/", "got ::ffff:127.0.0.1" },
        { "a cloud's secrets", "https://169.254.169.254/latest/", "got 169.254.169.254" },
        { "with escapes", "https://%%31%%32%%37.0.0.1:%d/", "got 127.0.0.1" },
        { "behind a name that is a user's", "https://example.com@127.0.0.1:%d/", "got one with a user's name" },
        { "with a user and no name", "https://:secret@127.0.0.1:%d/", "got one with a user's name" },
        { "without TLS", "http://127.0.0.1:%d/echo", "got another scheme" },
        { "a file", "file:///etc/hostname", "got another scheme" },
        { "another protocol", "gopher://127.0.0.1:%d/", "got another scheme" },
        { "no scheme", "127.0.0.1:%d/echo", "link: expected" },
        { "no host", "https://", "link: expected" },
        { "too many slashes", "https:///127.0.0.1:%d/", "got 127.0.0.1" },
        { "nothing", "", "link: expected" },
        { "two ports", "https://127.0.0.1:%d:443/", "link: expected" },
        { "a line break", "https://127.0.0.1:%d/\r\nX-Key: 1", "link: expected" },
    };

    int accepts = server->accepts;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waited waited;
        prepare_guarded(&waited, cases[i].url, "pictures.internal");
        exchange(&waited);
        CHECK(waited.call.outcome == UPSTREAM_FORBIDDEN && strstr(waited.call.reason, cases[i].reason),
              "guard: %s (%d, %s)", cases[i].what, (int)waited.call.outcome, waited.call.reason);
        clear(&waited);
    }
    usleep(50000);
    CHECK(server->accepts == accepts, "guard: none of them was connected to");
}

/* Handles are used again: what one call is, the next one is not. */
static void test_guard_is_undone(void)
{
    struct waited waited;

    for (int i = 0; i < 3; i++) {
        prepare_guarded(&waited, "https://127.0.0.1:%d/", NULL);
        exchange(&waited);
        CHECK(waited.call.outcome == UPSTREAM_FORBIDDEN, "guard: again and again (%s)", waited.call.reason);
        clear(&waited);
        int accepts = server->accepts;
        prepare(&waited, "POST", "/echo", "x");
        exchange(&waited);
        CHECK(answered(&waited, 200, "x"), "guard: a call without it goes anywhere (%s)", waited.call.reason);
        CHECK(i == 0 || server->accepts == accepts, "guard: and keeps its connection");
        clear(&waited);
    }
}

static void test_admitted(void)
{
    static const struct {
        const char *what, *url, *list;
        enum upstream_outcome outcome;
    } cases[] = {
        { "an address", "https://127.0.0.1:%d/", "127.0.0.1", UPSTREAM_UNREACHABLE },
        { "whatever its spelling", "https://0177.1:%d/", "127.0.0.1", UPSTREAM_UNREACHABLE },
        { "a name", "https://TWO.test:%d/", "one.test two.test", UPSTREAM_UNREACHABLE },
        { "not its neighbour", "https://127.0.0.1:%d/", "127.0.0.2", UPSTREAM_FORBIDDEN },
        { "not at another port", "https://two.test:%d/", "two.test:1", UPSTREAM_FORBIDDEN },
        { "not without TLS", "http://two.test:%d/echo", "two.test", UPSTREAM_FORBIDDEN },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waited waited;
        int accepts = server->accepts;
        prepare_guarded(&waited, cases[i].url, cases[i].list);
        exchange(&waited);
        CHECK(waited.call.outcome == cases[i].outcome, "admitted: %s (%d, %s)", cases[i].what, (int)waited.call.outcome,
              waited.call.reason);
        usleep(20000);
        CHECK((server->accepts > accepts) == (cases[i].outcome == UPSTREAM_UNREACHABLE), "admitted: %s: %d connections",
              cases[i].what, server->accepts - accepts);
        clear(&waited);
    }
}

/* A proxy looks names up by itself, and may stand where private addresses are reached from. */
static void test_guard_and_proxy(void)
{
    struct waited waited;
    char proxy[64];

    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server->port);
    setenv("http_proxy", proxy, 1);
    setenv("https_proxy", proxy, 1);
    int accepts = server->accepts;
    prepare_guarded(&waited, "https://nowhere.test/", NULL);
    exchange(&waited);
    CHECK(waited.call.outcome == UPSTREAM_UNREACHABLE && server->accepts == accepts,
          "guard: nothing goes through a proxy (%s)", waited.call.reason);
    clear(&waited);
    prepare(&waited, "GET", "http://nowhere.test/", NULL);
    exchange(&waited);
    CHECK(waited.call.outcome == UPSTREAM_ANSWERED && server->accepts == accepts + 1,
          "guard: a call without it still does (%s)", waited.call.reason);
    clear(&waited);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
}

/* One name that is not resolved must hold up neither the end of its call nor others. */
static void test_silent_resolver(void)
{
    struct waited silent, cancelled, other;

    pthread_barrier_init(&resolver, NULL, 3);
    prepare(&silent, "POST", "http://silent.test/", "x");
    prepare(&cancelled, "POST", "http://silent.test/", "x");
    silent.call.timeout_ms = 100;
    upstream_start(client, &silent.call);
    upstream_start(client, &cancelled.call);
    sem_wait(&resolving);
    sem_wait(&resolving);
    upstream_cancel(client, &cancelled.call);
    CHECK(cancelled.call.outcome == UPSTREAM_CANCELLED, "resolver: a call is cancelled while its name is resolved");
    sem_wait(&silent.over);
    CHECK(silent.call.outcome == UPSTREAM_UNREACHABLE, "resolver: no name in time: unreachable, for nothing was sent");
    prepare(&other, "POST", "/echo", "x");
    exchange(&other);
    CHECK(answered(&other, 200, "x"), "resolver: other calls go on meanwhile");
    pthread_barrier_wait(&resolver);
    clear(&silent);
    clear(&cancelled);
    clear(&other);
}

static void test_timeout(void)
{
    struct waited waited;

    prepare(&waited, "POST", "/slow", "x");
    waited.call.timeout_ms = 200;
    exchange(&waited);
    CHECK(waited.call.outcome == UPSTREAM_TIMEOUT, "timeout: connected, not answered (%s)", waited.call.reason);
    CHECK(waited.call.seconds >= 0.19, "timeout: not before its time (%f)", waited.call.seconds);
    sem_wait(&gone);
    sem_wait(&arrived);
    clear(&waited);
}

/* A full backlog: the kernel lets nobody in, and does not say so. */
static void test_no_connection(void)
{
    struct upstream_options options = { .connect_timeout_ms = 200 };
    struct upstream *shared = client;
    struct waited waited;
    char url[64];
    int port, fillers[8], listener = tiny_listen(0, &port);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    for (int i = 0; i < 8; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    client = upstream_new(&options);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    prepare(&waited, "POST", url, "x");
    exchange(&waited);
    CHECK(waited.call.outcome == UPSTREAM_UNREACHABLE, "connect: no connection in time: unreachable (%s)",
          waited.call.reason);
    clear(&waited);
    upstream_free(client);
    client = shared;
    prepare(&waited, "POST", url, "x");
    waited.call.timeout_ms = 200;
    exchange(&waited);
    CHECK(waited.call.outcome == UPSTREAM_UNREACHABLE, "connect: nor in the time for all: unreachable (%s)",
          waited.call.reason);
    clear(&waited);
    for (int i = 0; i < 8; i++)
        close(fillers[i]);
    close(listener);
}

/* A server that never agrees on TLS. */
static void test_own_connection(void)
{
    struct waited patient, hasty;
    char url[64];
    int port, listener = tiny_listen(8, &port);

    snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
    prepare(&patient, "POST", url, "x");
    prepare(&hasty, "POST", url, "x");
    hasty.call.timeout_ms = 200;
    upstream_start(client, &patient.call);
    upstream_start(client, &hasty.call);
    sem_wait(&hasty.over);
    CHECK(patient.dones == 0, "connect: no call waits for the connection of another");
    CHECK(hasty.call.outcome == UPSTREAM_UNREACHABLE, "connect: without TLS nothing was sent: unreachable");
    clear(&patient);
    clear(&hasty);
    close(listener);
}

/* Thousands: a server without threads takes all connections before it answers one. */

struct crowd {
    int listener, count;
    int fds[CROWD];
};

static void *serve_crowd(void *user)
{
    struct crowd *crowd = user;
    char request[2048];

    for (int i = 0; i < crowd->count; i++)
        crowd->fds[i] = accept(crowd->listener, NULL, NULL);
    for (int i = 0; i < crowd->count; i++) {
        if (recv(crowd->fds[i], request, sizeof request, 0) > 0)
            tiny_answer(crowd->fds[i], "crowd", 5);
    }
    return NULL;
}

/* As many as the limit on descriptors lets one process hold both ends of. */
static int crowd_size(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 2 * CROWD + 1000 ? CROWD : ((int)limit.rlim_cur - 500) / 2;
}

static void test_crowd(void)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    struct waited *waited = calloc(CROWD, sizeof *waited);
    pthread_t thread;
    char url[64];
    int port, good = 0;

    crowd->count = crowd_size();
    crowd->listener = tiny_listen(CROWD, &port);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    pthread_create(&thread, NULL, serve_crowd, crowd);
    for (int i = 0; i < crowd->count; i++) {
        prepare(&waited[i], "POST", url, "x");
        upstream_start(client, &waited[i].call);
    }
    for (int i = 0; i < crowd->count; i++) {
        sem_wait(&waited[i].over);
        good += answered(&waited[i], 200, "crowd");
        clear(&waited[i]);
    }
    CHECK(good == crowd->count, "crowd: %d of %d calls at once were answered", good, crowd->count);
    pthread_join(thread, NULL);
    for (int i = 0; i < crowd->count; i++)
        close(crowd->fds[i]);
    close(crowd->listener);
    free(crowd);
    free(waited);
}

int main(void)
{
    struct upstream_options options = { .user_agent = "pictor-test", .connect_timeout_ms = PATIENCE_MS };

    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("all_proxy");
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    alarm(60);                  /* a call that never ends must not take the test with it */
    sem_init(&arrived, 0, 0);
    sem_init(&gone, 0, 0);
    sem_init(&held, 0, 0);
    sem_init(&let_go, 0, 0);
    sem_init(&resolving, 0, 0);
    client = upstream_new(&options);
    server = tiny_start(serve);
    if (!CHECK(client && server, "starts"))
        return check_finish();
    test_answers();
    test_failures();
    test_large_answers();
    test_headers();
    test_rope();
    test_reuse();
    test_stale("/stale", true);
    test_stale("/stale-late", false);
    test_many_at_once();
    test_cancel_races();
    test_cancel_in_flight();
    test_cancel_while_held_up();
    test_two_addresses();
    test_guard();
    test_guard_is_undone();
    test_admitted();
    test_guard_and_proxy();
    test_silent_resolver();
    test_timeout();
    test_no_connection();
    test_own_connection();
    test_free_in_flight();
    test_crowd();
    upstream_free(client);
    tiny_stop(server);
    return check_finish();
}
