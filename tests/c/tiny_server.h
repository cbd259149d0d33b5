/* tiny_server.h - what does a server do to us, today?
 *
 * An HTTP/1.1 server inside a test: a thread per connection on a free port of
 * 127.0.0.1, which reads requests one after the other and hands each to the
 * test's function. That answers, or misbehaves, and says whether to read on.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TINY_HEAD = 16 * 1024, TINY_CONNECTIONS = 4096 };

struct tiny_request {
    struct tiny_server *server;
    int fd;
    int nth;                    /* on its connection; the first is 0 */
    char head[TINY_HEAD + 1];   /* with its blank line */
    char path[256];
    char *body;
    size_t len;
};

/* True: read the next request of this connection. False: close it. */
typedef bool tiny_serve(struct tiny_request *request);

struct tiny_server {
    int listener, port;
    tiny_serve *serve;
    pthread_t thread;
    pthread_t threads[TINY_CONNECTIONS];
    int fds[TINY_CONNECTIONS];
    _Atomic int accepts, requests;
};

struct tiny_connection {
    struct tiny_server *server;
    int fd;
};

static inline bool tiny_write(int fd, const void *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t sent = send(fd, (const char *)bytes + done, n - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
}

__attribute__((format(printf, 2, 3)))
static inline bool tiny_say(int fd, const char *format, ...)
{
    char text[TINY_HEAD + 512];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return tiny_write(fd, text, (size_t)n);
}

/* A plain 200 with a body. */
static inline bool tiny_answer(int fd, const void *body, size_t len)
{
    return tiny_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len) && tiny_write(fd, body, len);
}

/* Closes so that the other side reads "connection reset". */
static inline bool tiny_reset(int fd)
{
    struct linger hard = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    return false;
}

/* Until the client closes, or resets. */
static inline bool tiny_wait_for_end(int fd)
{
    char rest[256];

    while (recv(fd, rest, sizeof rest, 0) > 0)
        ;
    return false;
}

static inline bool tiny_read_head(struct tiny_request *request)
{
    size_t len = 0;

    while (len < TINY_HEAD && recv(request->fd, request->head + len, 1, 0) == 1) {
        request->head[++len] = '\0';
        if (request->head[0] < 'A')     /* no method: TLS, perhaps */
            return false;
        if (len >= 4 && memcmp(request->head + len - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static inline bool tiny_read_body(struct tiny_request *request)
{
    const char *length = strcasestr(request->head, "\r\ncontent-length:");

    request->len = length ? strtoul(length + strlen("\r\ncontent-length:"), NULL, 10) : 0;
    request->body = malloc(request->len + 1);
    for (size_t done = 0; done < request->len;) {
        ssize_t n = recv(request->fd, request->body + done, request->len - done, 0);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    request->body[request->len] = '\0';
    return true;
}

static inline bool tiny_serve_one(struct tiny_request *request)
{
    bool more = false;

    request->body = NULL;
    if (tiny_read_head(request) && sscanf(request->head, "%*s %255s", request->path) == 1 && tiny_read_body(request)) {
        request->server->requests++;
        more = request->server->serve(request);
    }
    free(request->body);
    request->nth++;
    return more;
}

static inline void *tiny_serve_connection(void *user)
{
    struct tiny_connection *connection = user;
    struct tiny_request *request = calloc(1, sizeof *request);
    int on = 1;

    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    request->server = connection->server;
    request->fd = connection->fd;
    free(connection);
    while (tiny_serve_one(request))
        ;
    struct linger linger = { 0 };
    socklen_t size = sizeof linger;
    getsockopt(request->fd, SOL_SOCKET, SO_LINGER, &linger, &size);
    if (linger.l_onoff) {       /* a reset needs a close now; the place of the descriptor stays taken */
        int nothing = socket(AF_INET, SOCK_STREAM, 0);
        dup2(nothing, request->fd);
        close(nothing);
    } else {
        shutdown(request->fd, SHUT_RDWR);
    }
    free(request);
    return NULL;
}

static inline void *tiny_accept(void *user)
{
    struct tiny_server *server = user;
    pthread_attr_t small;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    while (server->accepts < TINY_CONNECTIONS) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            break;
        struct tiny_connection *connection = malloc(sizeof *connection);
        *connection = (struct tiny_connection){ server, fd };
        server->fds[server->accepts] = fd;
        pthread_create(&server->threads[server->accepts], &small, tiny_serve_connection, connection);
        server->accepts++;
    }
    pthread_attr_destroy(&small);
    return NULL;
}

/* A listening socket on a free port of 127.0.0.1. */
static inline int tiny_listen(int backlog, int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, backlog) != 0)
        exit(1);
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

static inline struct tiny_server *tiny_start(tiny_serve *serve)
{
    struct tiny_server *server = calloc(1, sizeof *server);

    server->serve = serve;
    server->listener = tiny_listen(1024, &server->port);
    pthread_create(&server->thread, NULL, tiny_accept, server);
    return server;
}

/* Ends every connection. The client may still be there. */
static inline void tiny_stop(struct tiny_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (int i = 0; i < server->accepts; i++) {
        shutdown(server->fds[i], SHUT_RDWR);
        pthread_join(server->threads[i], NULL);
        close(server->fds[i]);
    }
    free(server);
}
