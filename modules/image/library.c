/* library.c - opens libvips and starts it the way a server wants it.
 * SPDX-License-Identifier: MIT */
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

static const char SONAME[] = "libvips.so.42";

struct library vips;

static char reason[200];        /* empty: it runs */

struct function {
    const char *name;
    size_t place;               /* of its pointer in struct library */
};

static const struct function functions[] = {
#define LIBRARY_ROW(name) { "vips_" #name, offsetof(struct library, name) },
    LIBRARY_OF_VIPS(LIBRARY_ROW)
#undef LIBRARY_ROW
#define LIBRARY_ROW(name) { #name, offsetof(struct library, name) },
    LIBRARY_OF_GLIB(LIBRARY_ROW)
#undef LIBRARY_ROW
};

/* RTLD_LOCAL: it has an OpenSSL, a libcurl and more in tow, which are nobody else's business. */
static bool open_library(void)
{
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);

    if (!handle) {
        snprintf(reason, sizeof reason, "expected %s, got none: %s", SONAME, dlerror());
        return false;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *found = dlsym(handle, functions[i].name);
        if (!found) {
            snprintf(reason, sizeof reason, "expected %s with %s, got one without", SONAME, functions[i].name);
            return false;
        }
        *(void **)((char *)&vips + functions[i].place) = found;
    }
    return true;
}

/* What libvips has to say, it says by failing. */
static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer context)
{
    (void)domain;
    (void)level;
    (void)message;
    (void)context;
}

/* Requests run side by side already, so one operation gets one thread; and none
 * comes twice, so nothing is kept. */
static void start(void)
{
    if (!open_library())
        return;
    vips.g_log_set_default_handler(say_nothing, NULL);
    if (vips.init("pictor") != 0) {
        snprintf(reason, sizeof reason, "expected libvips to start, got a refusal");
        return;
    }
    vips.block_untrusted_set(TRUE);
    vips.cache_set_max(0);
    vips.concurrency_set(1);
}

const char *library_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start);
    return reason[0] ? reason : NULL;
}
