/* serve.c - the life of the server.
 * SPDX-License-Identifier: MIT */
#include "serve.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "log.h"
#include "server.h"
#include "tape.h"
#include "upstream.h"
#include "worker.h"

enum { CONNECT_TIMEOUT_MS = 10000, ERROR_MAX = 4096, CALL_OFF_SECONDS = 1, LAST_SECONDS = 2 };

/* Two descriptors a request (client and provider), and each of n = 10 its own. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Bodies of megabytes each in a mapping of its own, so that freeing one gives it
 * back to the system; and few arenas, since requests are served by many threads. */
static void set_up_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_ARENA_MAX, 4);
}

/* Before any thread starts, so that all of them leave these signals to wait_for_stop(). */
static sigset_t block_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

static void wait_for_stop(const sigset_t *signals)
{
    int number = 0;

    while (sigwait(signals, &number) != 0 || number == SIGHUP) {
        if (number == SIGHUP)
            LOG(LOG_WARN, "reload", LOG_TEXT("error", "SIGHUP: expected a restart, this version cannot reload"));
    }
    LOG(LOG_INFO, "stopping", LOG_TEXT("signal", number == SIGTERM ? "SIGTERM" : "SIGINT"));
    pthread_sigmask(SIG_UNBLOCK, signals, NULL);    /* a second one ends the process at once */
}

static int serve(const struct config *config, struct upstream *upstream, struct pool *pool, const sigset_t *signals)
{
    struct buf error;

    buf_init(&error, ERROR_MAX);
    struct server *server = server_new(config, pool, upstream, &error);
    if (!server) {
        log_say("%s", error.data ? error.data : "listen: expected memory for a server, got none");
        buf_free(&error);
        return 1;
    }
    LOG(LOG_INFO, "serving", LOG_TEXT("listen", config->listen), LOG_TEXT("version", PICTOR_VERSION));
    wait_for_stop(signals);
    long left = server_drain(server, config->drain_timeout);
    if (left > 0)
        LOG(LOG_WARN, "drain", LOG_INTEGER("unfinished", left));
    pool_stop(pool);
    if (left > 0)
        server_drain(server, CALL_OFF_SECONDS);     /* orders that providers still work on are called off */
    upstream_stop(upstream);    /* whoever still waits is refused now, and has a moment to read so */
    server_drain(server, LAST_SECONDS);
    server_free(server);
    LOG(LOG_INFO, "stopped", LOG_INTEGER("unfinished", left));
    return 0;
}

int serve_until_stopped(const struct config *config)
{
    const struct upstream_options options = {
        .user_agent = "pictor/" PICTOR_VERSION, .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .ca_file = config->ca_file[0] ? config->ca_file : NULL,
    };
    struct buf error;
    int code = 1;

    set_up_memory();
    raise_descriptor_limit();
    sigset_t signals = block_signals();
    buf_init(&error, ERROR_MAX);
    struct upstream *upstream = upstream_new(&options);
    struct pool *pool = upstream ? pool_new(config, upstream, &error) : NULL;
    if (upstream && config->tape && config->tape->plays)
        upstream_stop(upstream);    /* nothing tries to get out; what did would be refused */
    if (pool)
        code = serve(config, upstream, pool, &signals);
    else
        log_say("%s", error.data ? error.data : "upstream: expected a client thread, got none");
    pool_free(pool);
    upstream_free(upstream);
    buf_free(&error);
    return code;
}
