/* errors.h - which failures can a client see, and what is each one's status and type?
 *
 * The one list behind error replies in C, fail.lua, and the table in README.md.
 * Shapes and names are OpenAI's where OpenAI has one.
 * SPDX-License-Identifier: MIT */
#pragma once

#define ERROR_TABLE(X)                                                  \
    X(invalid_json,               400, "invalid_request_error")         \
    X(missing_required_parameter, 400, "invalid_request_error")         \
    X(invalid_type,               400, "invalid_request_error")         \
    X(invalid_value,              400, "invalid_request_error")         \
    X(unknown_parameter,          400, "invalid_request_error")         \
    X(unsupported_parameter,      400, "invalid_request_error")         \
    X(invalid_image_url,          400, "invalid_request_error")         \
    X(invalid_image,              400, "invalid_request_error")         \
    X(image_too_large,            400, "invalid_request_error")         \
    X(content_policy_violation,   400, "image_generation_user_error")   \
    X(invalid_api_key,            401, "invalid_request_error")         \
    X(model_not_allowed,          403, "invalid_request_error")         \
    X(model_not_found,            404, "invalid_request_error")         \
    X(not_found,                  404, "invalid_request_error")         \
    X(method_not_allowed,         405, "invalid_request_error")         \
    X(request_too_large,          413, "invalid_request_error")         \
    X(unsupported_media_type,     415, "invalid_request_error")         \
    X(rate_limit_exceeded,        429, "rate_limit_error")              \
    X(insufficient_quota,         429, "insufficient_quota")            \
    X(policy_error,               500, "server_error")                  \
    X(upstream_error,             502, "server_error")                  \
    X(no_images_generated,        502, "server_error")                  \
    X(invalid_upstream_response,  502, "server_error")                  \
    X(no_provider,                503, "server_error")                  \
    X(overloaded,                 503, "server_error")                  \
    X(draining,                   503, "server_error")                  \
    X(upstream_timeout,           504, "server_error")

enum error_code {
#define X(name, status, type) ERROR_##name,
    ERROR_TABLE(X)
#undef X
    ERROR_COUNT
};

struct error_row {
    const char *code;
    int status;
    const char *type;
};

/* One row per code, in the order of the enum. */
extern const struct error_row error_rows[ERROR_COUNT];
