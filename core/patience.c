/* patience.c - clients that are late are cut off.
 * SPDX-License-Identifier: MIT */
#include "patience.h"

#include <dirent.h>
#include <math.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

typedef int end_of_socket(int, struct sockaddr *, socklen_t *);

/* The two ends of a connection. */
struct ends {
    char address[NI_MAXHOST];   /* the client's */
    int port, own_port;
};

static bool end_of(int socket, end_of_socket *end, char address[NI_MAXHOST], int *port)
{
    char service[NI_MAXSERV];
    struct sockaddr_storage at;
    socklen_t len = sizeof at;

    if (end(socket, (struct sockaddr *)&at, &len) != 0 || (at.ss_family != AF_INET && at.ss_family != AF_INET6)
        || getnameinfo((struct sockaddr *)&at, len, address, NI_MAXHOST, service, sizeof service,
                       NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return false;
    *port = atoi(service);
    return true;
}

/* False: the descriptor is no connection. */
static bool ends_of(int fd, struct ends *ends)
{
    char own[NI_MAXHOST];

    return end_of(fd, getsockname, own, &ends->own_port) && end_of(fd, getpeername, ends->address, &ends->port);
}

static bool is_of(const struct patience_client *client, const struct ends *ends)
{
    return client->port == ends->port && client->own_port == ends->own_port
        && strcmp(client->address, ends->address) == 0;
}

static void cut(int fd, enum patience_for what)
{
    shutdown(fd, what == PATIENCE_BODY ? SHUT_RD : SHUT_RDWR);
}

/* Calls look for every open connection: rare, and a few system calls each. */
static void look_at_all(void (*look)(void *data, int fd, const struct ends *ends), void *data)
{
    DIR *open_files = opendir("/proc/self/fd");
    struct dirent *entry;
    struct ends ends;

    while (open_files && (entry = readdir(open_files))) {
        int fd = atoi(entry->d_name);
        if (ends_of(fd, &ends))
            look(data, fd, &ends);
    }
    if (open_files)
        closedir(open_files);
}

struct cutting {
    const struct patience_client *client;
    enum patience_for what;
};

static void cut_if_it_is(void *data, int fd, const struct ends *ends)
{
    const struct cutting *cutting = data;

    if (is_of(cutting->client, ends))
        cut(fd, cutting->what);
}

void patience_cut(const struct patience_client *client, enum patience_for what)
{
    struct cutting cutting = { client, what };

    look_at_all(cut_if_it_is, &cutting);
}

static bool is_late(const struct patience_client *client, double at) { return client->deadline <= at; }

struct late {
    struct patience *patience;
    double at;
};

static void cut_if_late(void *data, int fd, const struct ends *ends)
{
    const struct late *late = data;

    for (struct patience_client *client = late->patience->clients; client; client = client->next) {
        if (is_late(client, late->at) && is_of(client, ends))
            cut(fd, client->what);
    }
}

/* All of them in one look, however many: everybody else waits for the lock. */
static void cut_late(struct patience *patience)
{
    struct late late = { patience, now() };
    bool any = false;

    for (const struct patience_client *client = patience->clients; client && !any; client = client->next)
        any = is_late(client, late.at);
    if (!any)
        return;
    look_at_all(cut_if_late, &late);
    for (struct patience_client *client = patience->clients; client; client = client->next) {
        if (is_late(client, late.at))
            client->deadline = HUGE_VAL;    /* once will do */
    }
}

static void *watch(void *user)
{
    struct patience *patience = user;

    pthread_mutex_lock(&patience->lock);
    while (!patience->stopped) {
        struct timespec at;
        clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec++;
        pthread_cond_timedwait(&patience->changed, &patience->lock, &at);
        cut_late(patience);
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

bool patience_init(struct patience *patience)
{
    pthread_condattr_t monotonic;
    sigset_t all, before;

    *patience = (struct patience){ .clients = NULL };
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&patience->lock, NULL);
    pthread_cond_init(&patience->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);                   /* signals are main's to handle */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&patience->thread, NULL, watch, patience) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

void patience_free(struct patience *patience)
{
    pthread_mutex_lock(&patience->lock);
    patience->stopped = true;
    pthread_cond_signal(&patience->changed);
    pthread_mutex_unlock(&patience->lock);
    pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->changed);
    pthread_mutex_destroy(&patience->lock);
}

void patience_begin(struct patience *patience, struct patience_client *client, enum patience_for what, double seconds)
{
    pthread_mutex_lock(&patience->lock);
    client->deadline = now() + seconds;
    client->what = what;
    client->next = patience->clients;
    client->at = &patience->clients;
    if (client->next)
        client->next->at = &client->next;
    patience->clients = client;
    pthread_mutex_unlock(&patience->lock);
}

void patience_end(struct patience *patience, struct patience_client *client)
{
    pthread_mutex_lock(&patience->lock);
    *client->at = client->next;
    if (client->next)
        client->next->at = client->at;
    pthread_mutex_unlock(&patience->lock);
}
