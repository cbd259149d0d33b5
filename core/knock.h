/* knock.h - how does a listener that sleeps learn that it shall stop?
 *
 * civetweb looks at its stop flag every two seconds, or when somebody connects. So
 * while it is being stopped, somebody does: a stop takes milliseconds.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/* Zero-initialise. */
struct knock {
    pthread_t thread;
    const char *listen;         /* borrowed: "127.0.0.1:8080" or "[::1]:8080", and perhaps more behind a comma */
    bool started;
    _Atomic bool enough;
};

/* From now on connects there, again and again, and hangs up at once. Nothing
 * happens when that is not possible. */
void knock_start(struct knock *knock, const char *listen);
void knock_stop(struct knock *knock);
