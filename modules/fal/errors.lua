-- errors.lua - which of our failures is what fal says?
--
-- A text, or a list as FastAPI has it, whose entries have a type: the type counts, not the
-- words. A status tells less: a refusal and a wrong number are both 422.
-- SPDX-License-Identifier: MIT

local text = require("typed").text

-- type of an error -> code, and whether another try may help (a result that is there stays what it is)
local TYPES = {
    content_policy_violation = { "content_policy_violation" }, no_media_generated = { "no_images_generated", true },
    generation_timeout = { "upstream_timeout", true }, image_too_large = { "image_too_large" }, image_too_small = { "invalid_image" },
    image_load_error = { "invalid_image" }, file_download_error = { "invalid_image" }, unsupported_image_format = { "invalid_image" },
}

-- The first entry of a FastAPI list.
local function first_detail(body)
    local detail = type(body) == "table" and body.detail
    detail = type(detail) == "table" and detail[1]
    return type(detail) == "table" and detail or {}
end

-- Which of a client's parameters an error is about.
local function param_of(code, detail)
    local field = type(detail.loc) == "table" and text(detail.loc[2]) or ""
    return field:find "mask" and "mask" or (field:find "image" or code:find "image_") and "images" or "prompt"
end

-- What the platform itself, not a model, says went wrong.
local function platform_error(body)
    return text(type(body) == "table" and body.error_type)
end

-- Is it the queue that did not find what it is asked about? What a model said of its input is no such thing.
local function is_of_queue(answer, detail)
    local status, memo = answer.status, answer.memo
    local is_refusal = status >= 400 and status < 500 and status ~= 429
    return memo and is_refusal and (memo.which == "status" or not (detail.type or status == 400 or status == 422))
end

-- A result that failed for good: the queue has tried again what is worth it, or was told not to. Anything else in its
-- place says nothing about the order, and is asked for again.
local function is_final(answer, detail)
    local headers, is_result = answer.headers, answer.memo and answer.memo.which == "response"
    return is_result and (detail.type or platform_error(answer.json))
        or headers["x-fal-request-timeout-type"] == "user" or headers["x-fal-retryable"] == "false"
end

-- answer, job, fail as the core has it -> a better one, or the same.
return function(answer, _, fail)
    local detail, memo = first_detail(answer.json), answer.memo
    local known = TYPES[text(detail.type)]
    if known then
        return pictor.fail(known[1], fail.message, { retry = known[2] and not memo or nil, charged = memo ~= nil or nil,
            param = not known[2] and param_of(known[1], detail) or nil })
    elseif answer.status == 403 and fail.message:lower():find "balance" then
        return pictor.fail("insufficient_quota", fail.message)
    elseif is_of_queue(answer, detail) then
        return pictor.fail("upstream_error", fail.message)
    end
    fail.retry = not is_final(answer, detail) and fail.retry or nil
    return fail
end
