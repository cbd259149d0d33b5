/* upstream.c - calls out and answers back, on one thread with libcurl and epoll.
 *
 * Only the client's thread touches libcurl, so nothing of it is locked; the desk
 * (desk.h) is where other threads meet it.
 * SPDX-License-Identifier: MIT */
#include "upstream.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "desk.h"
#include "egress.h"
#include "exchange.h"
#include "head.h"

enum {
    IDLE_HANDLES = 64,          /* kept for the next calls: a new one costs more than all else of a small call */
    IDLE_CONNECTIONS = 1024,    /* kept open to be used again */
    READ_BUFFER = 128 * 1024,   /* 2 MB cost a quarter of the time that they cost with libcurl's own 16 KiB; */
    WRITE_BUFFER = 128 * 1024,  /* half with 64 KiB. More gains nothing. A call that waits for its answer keeps
                                 * of this what it sent, at most all */
    EVENTS = 256,
};

struct transfer {
    struct desk_job job;        /* first, so that a job is a transfer */
    struct upstream_call *call; /* borrowed until done is called */
    struct exchange exchange;
    double started;
    CURL *easy;                 /* NULL until it begins */
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
    bool admitted;              /* guarded, and the host is one of the operator's list */
    char forbidden[EGRESS_TEXT];    /* guarded: an address that was not connected to; "": there was none */
};

struct upstream {
    CURLM *multi;
    CURLSH *share;              /* TLS sessions: the multi handle shares all else */
    CURL *idle[IDLE_HANDLES];
    size_t idle_count;
    int epoll;
    double alarm;               /* when libcurl wants to be called; 0: not */
    char *user_agent, *ca_file;
    long connect_timeout_ms;
    pthread_t thread;
    struct desk desk;
    _Atomic size_t connections;
    _Atomic bool stopped;
};

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* What libcurl calls, to move bytes */

static size_t read_body(char *out, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;

    return exchange_send(&transfer->exchange, out, size * count);
}

static int rewind_body(void *user, curl_off_t offset, int origin)
{
    struct transfer *transfer = user;

    if (origin != SEEK_SET || offset != 0)
        return CURL_SEEKFUNC_CANTSEEK;
    return exchange_rewind(&transfer->exchange) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static size_t take_head(char *line, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;

    return exchange_head(&transfer->exchange, line, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    curl_off_t announced = -1;

    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    return exchange_body(&transfer->exchange, bytes, size * count, announced) ? size * count : 0;
}

/* Guarded calls */

/* libcurl: a socket to connect to this address, please. */
static curl_socket_t open_guarded(void *user, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *transfer = user;

    (void)purpose;
    if (transfer->admitted || egress_is_public(&to->addr, to->addrlen))
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    egress_text(transfer->forbidden, &to->addr, to->addrlen);
    return CURL_SOCKET_BAD;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return there;
}

/* NULL, or what is wrong with it. Notes whether the operator admits its host. */
static const char *look_at_parts(struct transfer *transfer, CURLU *url)
{
    char *scheme = NULL, *host = NULL, *port = NULL;
    const char *wrong = NULL;

    if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK || strcmp(scheme, "https") != 0)
        wrong = "another scheme";
    else if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK
             || curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        wrong = "one without a host";
    else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        wrong = "one with a user's name or password";
    else
        transfer->admitted = egress_admits(transfer->call->admitted, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    return wrong;
}

/* Reads the link with libcurl's own parser: another one might see another host. */
static bool check_link(struct transfer *transfer)
{
    struct upstream_call *call = transfer->call;
    CURLU *url = curl_url();
    CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, call->url, 0) : CURLUE_OUT_OF_MEMORY;
    const char *wrong = code == CURLUE_UNSUPPORTED_SCHEME ? "another scheme" : "one that is none";

    if (code == CURLUE_OK)
        wrong = look_at_parts(transfer, url);
    curl_url_cleanup(url);
    if (!wrong)
        return true;
    call->outcome = code == CURLUE_OUT_OF_MEMORY ? UPSTREAM_NO_MEMORY : UPSTREAM_FORBIDDEN;
    snprintf(call->reason, UPSTREAM_REASON, "link: expected one such as https://host/path, got %s", wrong);
    return false;
}

/* What libcurl is told */

#define SET(option, value) (curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)

/* What holds for every call. */
static bool set_manners(CURL *easy, const struct upstream *upstream)
{
    return SET(NOSIGNAL, 1L) && SET(FOLLOWLOCATION, 0L) && SET(SSL_VERIFYPEER, 1L) && SET(SSL_VERIFYHOST, 2L)
        && (!upstream->ca_file || (SET(CAINFO, upstream->ca_file) && SET(CAPATH, NULL)))
        && SET(SHARE, upstream->share) && (!upstream->user_agent || SET(USERAGENT, upstream->user_agent))
        && SET(CONNECTTIMEOUT_MS, upstream->connect_timeout_ms)
        && SET(SUPPRESS_CONNECT_HEADERS, 1L)            /* a proxy's own answer */
        /* Ending a call must not wait until its name is resolved: that would stop all others. */
        && SET(QUICK_EXIT, 1L)
        /* A drawing takes a minute of silence, longer than some routers remember a connection. */
        && SET(TCP_KEEPALIVE, 1L) && SET(TCP_KEEPIDLE, 30L) && SET(TCP_KEEPINTVL, 30L) && SET(TCP_NODELAY, 1L)
        /* No waiting for the first of n connections to tell whether it can carry all n: a call that
         * waits for another's connection outlives its own timeout. Later calls share it anyway. */
        && SET(PIPEWAIT, 0L)
        /* Pictures do not shrink and bombs grow: no compression is asked for, and none undone. */
        && SET(ACCEPT_ENCODING, NULL)
        && SET(BUFFERSIZE, (long)READ_BUFFER) && SET(UPLOAD_BUFFERSIZE, (long)WRITE_BUFFER)
        && SET(READFUNCTION, read_body) && SET(SEEKFUNCTION, rewind_body)
        && SET(HEADERFUNCTION, take_head) && SET(WRITEFUNCTION, take_body);
}

/* What holds for guarded calls, and what else for the others: handles are used again.
 * Proxies are libcurl's default: https_proxy and no_proxy from the environment, as
 * operators behind one expect. But a proxy looks names up by itself. A guarded call's
 * connection is nobody else's: no kept one is used, it is not kept, and HTTP/1.1 carries
 * one call at a time. */
static bool set_guard(CURL *easy, struct transfer *transfer)
{
    bool guarded = transfer->call->guarded;

    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,        /* fails, and is missed little, in a libcurl without HTTP/2 */
                     guarded ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
    return SET(PROTOCOLS_STR, guarded ? "https" : "http,https") && SET(PROXY, guarded ? "" : NULL)
        && SET(FRESH_CONNECT, (long)guarded) && SET(FORBID_REUSE, (long)guarded)
        && SET(OPENSOCKETFUNCTION, guarded ? open_guarded : NULL) && SET(OPENSOCKETDATA, transfer);
}

static bool carries_body(const struct upstream_call *call)
{
    return call->body || strcmp(call->method, "POST") == 0 || strcmp(call->method, "PUT") == 0
        || strcmp(call->method, "PATCH") == 0;
}

static bool set_method(CURL *easy, const struct upstream_call *call)
{
    if (carries_body(call))
        return SET(POST, 1L) && SET(POSTFIELDSIZE_LARGE, call->body ? (curl_off_t)call->body->bytes : 0)
            && SET(CUSTOMREQUEST, strcmp(call->method, "POST") == 0 ? NULL : call->method);
    if (strcmp(call->method, "HEAD") == 0)
        return SET(CUSTOMREQUEST, NULL) && SET(NOBODY, 1L);
    return SET(HTTPGET, 1L) && SET(CUSTOMREQUEST, strcmp(call->method, "GET") == 0 ? NULL : call->method);
}

/* The call's headers; and a name without a value keeps libcurl from adding that
 * header by itself: "Expect: 100-continue" costs a round trip, and a JSON body is
 * no form. */
static bool set_headers(CURL *easy, struct transfer *transfer)
{
    static const char *const unwanted[] = { "Expect:", "Content-Type:", NULL };
    const char *const *const lists[] = { transfer->call->headers, unwanted };

    for (size_t i = 0; i < 2; i++) {
        for (const char *const *line = lists[i]; line && *line; line++) {
            struct curl_slist *longer = curl_slist_append(transfer->headers, *line);
            if (!longer)
                return false;
            transfer->headers = longer;
        }
    }
    return SET(HTTPHEADER, transfer->headers);
}

static bool set_call(CURL *easy, struct transfer *transfer)
{
    const struct upstream_call *call = transfer->call;

    return SET(URL, call->url) && set_guard(easy, transfer) && set_method(easy, call) && set_headers(easy, transfer)
        && SET(TIMEOUT_MS, call->timeout_ms) && SET(MAXFILESIZE_LARGE, (curl_off_t)(call->max_answer & INT64_MAX))
        && SET(ERRORBUFFER, transfer->error) && SET(PRIVATE, transfer)
        && SET(READDATA, transfer) && SET(SEEKDATA, transfer) && SET(HEADERDATA, transfer) && SET(WRITEDATA, transfer);
}

static CURL *take_easy(struct upstream *upstream)
{
    if (upstream->idle_count > 0)
        return upstream->idle[--upstream->idle_count];
    CURL *easy = curl_easy_init();
    if (!easy || set_manners(easy, upstream))
        return easy;
    curl_easy_cleanup(easy);
    return NULL;
}

static void give_easy(struct upstream *upstream, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    if (upstream->idle_count < IDLE_HANDLES)
        upstream->idle[upstream->idle_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

/* How it ended */

/* Was there a connection, with TLS agreed, so that something may have been sent?
 * Also true of a call that was sent, lost its connection and found no other. */
static bool was_sent(CURL *easy)
{
    curl_off_t before_sending = 0;

    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before_sending);
    return before_sending > 0;
}

static enum upstream_outcome outcome_of(const struct transfer *transfer, CURLcode code)
{
    static const enum upstream_outcome refusals[] = {
        [EXCHANGE_TOO_LARGE] = UPSTREAM_TOO_LARGE,      [EXCHANGE_HEAD_TOO_LARGE] = UPSTREAM_BROKEN,
        [EXCHANGE_NO_MEMORY] = UPSTREAM_NO_MEMORY,      [EXCHANGE_MAYBE_CHARGED] = UPSTREAM_BROKEN,
    };

    if (transfer->exchange.refused != EXCHANGE_FINE)
        return refusals[transfer->exchange.refused];
    if (transfer->forbidden[0] && !was_sent(transfer->easy))
        return UPSTREAM_FORBIDDEN;
    switch (code) {
    case CURLE_OK:      /* also when the connection ended within the head */
        return transfer->exchange.in_head ? UPSTREAM_BROKEN : UPSTREAM_ANSWERED;
    case CURLE_OUT_OF_MEMORY:
        return UPSTREAM_NO_MEMORY;
    case CURLE_FILESIZE_EXCEEDED:
        return UPSTREAM_TOO_LARGE;
    case CURLE_OPERATION_TIMEDOUT:
        return was_sent(transfer->easy) ? UPSTREAM_TIMEOUT : UPSTREAM_UNREACHABLE;
    default:
        return was_sent(transfer->easy) ? UPSTREAM_BROKEN : UPSTREAM_UNREACHABLE;
    }
}

/* libcurl's own words, unless it was this side that refused. */
static const char *words(const struct transfer *transfer, CURLcode code)
{
    if (transfer->exchange.refused == EXCHANGE_HEAD_TOO_LARGE)
        return "answer: expected headers of at most 64 KiB, got more";
    if (transfer->exchange.refused == EXCHANGE_MAYBE_CHARGED)
        return "connection: expected an answer, got its end; not sent again, as it may have been charged";
    if (transfer->exchange.in_head)
        return "answer: expected a whole head, got the connection's end";
    return transfer->error[0] ? transfer->error : curl_easy_strerror(code);
}

static void explain(const struct transfer *transfer, CURLcode code)
{
    struct upstream_call *call = transfer->call;
    char *reason = call->reason;

    if (call->outcome == UPSTREAM_CANCELLED)
        snprintf(reason, UPSTREAM_REASON, "call: expected to go on, got cancelled");
    else if (call->outcome == UPSTREAM_TOO_LARGE)
        snprintf(reason, UPSTREAM_REASON, "answer: expected at most %zu bytes, got more", call->max_answer);
    else if (call->outcome == UPSTREAM_NO_MEMORY)
        snprintf(reason, UPSTREAM_REASON, "memory: expected some for the call, got none");
    else if (call->outcome == UPSTREAM_TIMEOUT)
        snprintf(reason, UPSTREAM_REASON, "answer: expected within %ld ms, got %zu bytes of it", call->timeout_ms,
                 transfer->exchange.len);
    else if (transfer->forbidden[0] && call->outcome == UPSTREAM_FORBIDDEN)
        snprintf(reason, UPSTREAM_REASON, "address: expected a public one, got %s", transfer->forbidden);
    else if (call->outcome != UPSTREAM_ANSWERED && !reason[0])
        snprintf(reason, UPSTREAM_REASON, "%s", words(transfer, code));
}

static void fill_call(struct upstream *upstream, struct transfer *transfer, CURLcode code)
{
    struct upstream_call *call = transfer->call;
    long status = 0, connects = 0;

    if (call->outcome == UPSTREAM_PENDING)
        call->outcome = outcome_of(transfer, code);
    if (transfer->easy) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    }
    call->status = (int)status;
    call->seconds = now() - transfer->started;
    upstream->connections += (size_t)connects;
    explain(transfer, code);
    call->head = transfer->exchange.head;
    buf_init(&transfer->exchange.head, 0);
    if (call->outcome == UPSTREAM_ANSWERED)     /* half a body is nobody's */
        call->body_data = exchange_take_body(&transfer->exchange, &call->body_len);
}

static void release_easy(struct upstream *upstream, struct transfer *transfer)
{
    if (!transfer->easy)
        return;
    curl_multi_remove_handle(upstream->multi, transfer->easy);
    give_easy(upstream, transfer->easy);
}

static void finish(struct upstream *upstream, struct transfer *transfer, CURLcode code)
{
    struct upstream_call *call = transfer->call;

    fill_call(upstream, transfer, code);
    release_easy(upstream, transfer);
    desk_return(&upstream->desk, &transfer->job);
    call->done(call);           /* after which its owner may free it */
    desk_returned(&upstream->desk, &transfer->job);
    curl_slist_free_all(transfer->headers);
    exchange_free(&transfer->exchange);
    free(transfer);
}

static void cancel(struct upstream *upstream, struct transfer *transfer)
{
    transfer->call->outcome = UPSTREAM_CANCELLED;
    finish(upstream, transfer, CURLE_ABORTED_BY_CALLBACK);
}

static void begin(struct upstream *upstream, struct transfer *transfer)
{
    const struct upstream_call *call = transfer->call;

    transfer->exchange.body = call->body;
    transfer->exchange.max = call->max_answer;
    transfer->exchange.allowance = call->allowance;
    buf_init(&transfer->exchange.head, UPSTREAM_HEADERS_MAX);
    if (call->guarded && !check_link(transfer)) {
        finish(upstream, transfer, CURLE_URL_MALFORMAT);
        return;
    }
    transfer->easy = take_easy(upstream);
    if (!transfer->easy || !set_call(transfer->easy, transfer)
        || curl_multi_add_handle(upstream->multi, transfer->easy) != CURLM_OK)
        finish(upstream, transfer, CURLE_OUT_OF_MEMORY);
}

/* The client's thread */

static bool cancel_pile(struct upstream *upstream, struct desk_place *pile)
{
    struct desk_job *job = desk_take(&upstream->desk, pile);

    if (job)
        cancel(upstream, (struct transfer *)job);
    return job != NULL;
}

/* An owner may move its job from one pile to another meanwhile: until all are empty. */
static void cancel_all(struct upstream *upstream)
{
    struct desk *desk = &upstream->desk;

    while (cancel_pile(upstream, &desk->handed_in) || cancel_pile(upstream, &desk->wanted_back)
           || cancel_pile(upstream, &desk->at_work))
        ;
}

/* Begins and ends what others asked for. False: the desk was closed, and all was ended. */
static bool do_errands(struct upstream *upstream)
{
    struct desk *desk = &upstream->desk;
    struct desk_job *job;

    while ((job = desk_take(desk, &desk->handed_in)))
        begin(upstream, (struct transfer *)job);
    while ((job = desk_take(desk, &desk->wanted_back)))
        cancel(upstream, (struct transfer *)job);
    if (!desk_closed(desk))
        return true;
    cancel_all(upstream);
    return false;
}

static int milliseconds_left(const struct upstream *upstream)
{
    double left = upstream->alarm - now();

    if (upstream->alarm == 0)
        return -1;
    if (left <= 0)
        return 0;
    return left > 3600 ? 3600000 : (int)(left * 1000) + 1;
}

/* An error or a hang-up is found, and named, by reading or writing. */
static int readiness(uint32_t events)
{
    int in = events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? CURL_CSELECT_IN : 0;
    int out = events & (EPOLLOUT | EPOLLERR | EPOLLHUP) ? CURL_CSELECT_OUT : 0;

    return in | out;
}

static void wait_for_events(struct upstream *upstream)
{
    struct epoll_event events[EVENTS];
    int running, count = epoll_wait(upstream->epoll, events, EVENTS, milliseconds_left(upstream));

    for (int i = 0; i < count; i++) {
        if (events[i].data.fd == upstream->desk.wake)
            desk_woken(&upstream->desk);
        else
            curl_multi_socket_action(upstream->multi, events[i].data.fd, readiness(events[i].events), &running);
    }
    if (upstream->alarm != 0 && now() >= upstream->alarm) {
        upstream->alarm = 0;
        curl_multi_socket_action(upstream->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static void reap(struct upstream *upstream)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(upstream->multi, &left))) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result;       /* message dies with its handle */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(upstream, transfer, code);
    }
}

static void *run(void *user)
{
    struct upstream *upstream = user;

    while (do_errands(upstream)) {
        wait_for_events(upstream);
        reap(upstream);
    }
    return NULL;
}

/* libcurl: call me in so many milliseconds; -1: not at all. */
static int set_alarm(CURLM *multi, long milliseconds, void *user)
{
    struct upstream *upstream = user;

    (void)multi;
    upstream->alarm = milliseconds < 0 ? 0 : now() + (double)milliseconds / 1e3;
    return 0;
}

/* libcurl closes a socket that is still connecting before it says not to watch
 * it. By then the number is nobody's, or another thread's, and the kernel knows no
 * such member of this epoll: no harm. A thread sanitizer sees a race for the number
 * in epoll_ctl(); it does not look at a plain system call. */
static void unwatch(const struct upstream *upstream, curl_socket_t socket)
{
    syscall(SYS_epoll_ctl, upstream->epoll, EPOLL_CTL_DEL, socket, NULL);
}

/* libcurl: watch this socket for me. known: is it watched already? */
static int watch(CURL *easy, curl_socket_t socket, int what, void *user, void *known)
{
    struct upstream *upstream = user;
    struct epoll_event event = {
        .events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
        .data.fd = socket,
    };

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        unwatch(upstream, socket);
        return 0;
    }
    epoll_ctl(upstream->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(upstream->multi, socket, upstream);
    return 0;
}

/* From start to stop */

static void release(struct upstream *upstream)
{
    while (upstream->idle_count > 0)
        curl_easy_cleanup(upstream->idle[--upstream->idle_count]);
    curl_multi_cleanup(upstream->multi);
    curl_share_cleanup(upstream->share);
    if (upstream->epoll >= 0)
        close(upstream->epoll);
    desk_free(&upstream->desk);
    free(upstream->user_agent);
    free(upstream->ca_file);
    free(upstream);
    curl_global_cleanup();
}

static bool copy_options(struct upstream *upstream, const struct upstream_options *options)
{
    upstream->connect_timeout_ms = options->connect_timeout_ms;
    upstream->user_agent = options->user_agent ? strdup(options->user_agent) : NULL;
    upstream->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
    return !options->user_agent == !upstream->user_agent && !options->ca_file == !upstream->ca_file;
}

static bool open_curl(struct upstream *upstream)
{
    upstream->multi = curl_multi_init();
    upstream->share = curl_share_init();
    if (!upstream->multi || !upstream->share)
        return false;
    curl_multi_setopt(upstream->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(upstream->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERFUNCTION, set_alarm);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERDATA, upstream);
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETDATA, upstream);
    return curl_share_setopt(upstream->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

static bool open_epoll(struct upstream *upstream)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = upstream->desk.wake };

    upstream->epoll = epoll_create1(EPOLL_CLOEXEC);
    return upstream->epoll >= 0 && epoll_ctl(upstream->epoll, EPOLL_CTL_ADD, upstream->desk.wake, &event) == 0;
}

/* With every signal blocked: they are main's to handle, and a TLS connection that
 * breaks while it is written to raises SIGPIPE. */
static bool start_thread(struct upstream *upstream)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&upstream->thread, NULL, run, upstream) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

struct upstream *upstream_new(const struct upstream_options *options)
{
    struct upstream *upstream = calloc(1, sizeof *upstream);

    if (!upstream)
        return NULL;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    upstream->epoll = -1;
    if (desk_init(&upstream->desk) && copy_options(upstream, options) && open_curl(upstream)
        && open_epoll(upstream) && start_thread(upstream))
        return upstream;
    release(upstream);
    return NULL;
}

void upstream_stop(struct upstream *upstream)
{
    if (upstream->stopped)
        return;
    upstream->stopped = true;
    desk_close(&upstream->desk);
    pthread_join(upstream->thread, NULL);
    cancel_all(upstream);       /* what came too late for the thread */
}

void upstream_free(struct upstream *upstream)
{
    if (!upstream)
        return;
    upstream_stop(upstream);
    release(upstream);
}

bool upstream_start(struct upstream *upstream, struct upstream_call *call)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return false;
    transfer->call = call;
    transfer->started = now();
    if (desk_hand_in(&upstream->desk, &transfer->job, &call->transfer))
        return true;
    free(transfer);
    call->outcome = UPSTREAM_CANCELLED;
    call->done(call);
    return true;
}

void upstream_cancel(struct upstream *upstream, struct upstream_call *call)
{
    desk_want_back(&upstream->desk, &call->transfer);
}

bool upstream_header(const struct upstream_call *call, const char *name, char *out, size_t size)
{
    return head_find(&call->head, name, out, size);
}

void upstream_call_clear(struct upstream_call *call)
{
    buf_free(&call->head);
    free(call->body_data);
    call->body_data = NULL;
    call->body_len = 0;
}

size_t upstream_in_flight(const struct upstream *upstream) { return upstream->desk.jobs; }
size_t upstream_connections(const struct upstream *upstream) { return upstream->connections; }

const char *upstream_library(void)
{
    return "libcurl " LIBCURL_VERSION;
}
