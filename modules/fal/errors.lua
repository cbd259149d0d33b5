-- errors.lua - which of our failures is what fal says?
--
-- A text, or a list as FastAPI has it, whose entries have a type: the type counts, not the
-- words. A status tells less: a refusal and a wrong number are both 422.
-- SPDX-License-Identifier: MIT

local function text(value)
    return type(value) == "string" and value or nil
end

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

-- answer, job, fail as the core has it -> a better one, or the same. What is wrong with the queue itself is no
-- client's fault; what a model said of its input is.
return function(answer, _, fail)
    local detail, memo = first_detail(answer.json), answer.memo
    local known = TYPES[text(detail.type)]
    if known then
        return pictor.fail(known[1], fail.message, { retry = known[2] and not memo or nil, charged = memo ~= nil or nil,
            param = not known[2] and param_of(known[1], detail) or nil })
    elseif answer.status == 403 and fail.message:lower():find "balance" then
        return pictor.fail("insufficient_quota", fail.message)
    elseif memo and memo.which == "status" and answer.status < 500 and answer.status ~= 429 then
        return pictor.fail("upstream_error", fail.message)
    end
    local final = memo and memo.which == "response" and type(answer.json) == "table" and answer.json.detail ~= nil
    if final or answer.headers["x-fal-request-timeout-type"] == "user" or answer.headers["x-fal-retryable"] == "false" then
        fail.retry = nil        -- the queue has tried again by itself, or was told not to
    end
    return fail
end
