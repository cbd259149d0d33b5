-- codes.lua - which of our failures is this one of Ark's codes?
--
-- Said of a call, or in place of a picture: it means the same. Billed is what was drawn and delivered, so nothing here
-- was charged for.
-- SPDX-License-Identifier: MIT
local coded = require "coded"
local typed = require "typed"

local codes = {}

-- A part of a code and what it is; the first that fits.
local ROWS = {
    { "Sensitive", code = "content_policy_violation", param = "prompt" },
    { "RiskDetection", code = "content_policy_violation", param = "prompt" },
    { "PolicyViolation", code = "content_policy_violation", param = "prompt" },
    { "^AccountOverdue", code = "insufficient_quota" },
    { "^QuotaExceeded", code = "insufficient_quota" },
    { "^SetLimitExceeded", code = "insufficient_quota" },
    { "^RateLimitExceeded", code = "rate_limit_exceeded", retry = true },
    { "^ServerOverloaded", code = "rate_limit_exceeded", retry = true },
    { "^ModelNotOpen", code = "model_not_found", param = "model" },
    { "^InvalidEndpoint", code = "model_not_found", param = "model" },
    { "^UnsupportedModel", code = "model_not_found", param = "model" },
    { "^InvalidImage", code = "invalid_image", param = "image" },
    { "^InvalidParameter", code = "invalid_value" },
    { "^MissingParameter", code = "invalid_value" },
    { "^InternalServiceError", code = "upstream_error", retry = true },
    { "^ContentSecurityDetectionError", code = "upstream_error", retry = true },        -- who was to look at it did not
}

-- A field as the client knows it; the provider leaves it empty at times.
local function param_of(field, job)
    field = typed.filled(field)
    return field and field:find "^image" and (job.request.images_name or "images") or field
end

-- "InternalServiceError: The service …"
local function words_of(code, said)
    local words = code .. (code ~= "" and said ~= "" and ": " or "") .. said
    return words ~= "" and pictor.words(words) or "an error without words"
end

-- err: { code, message, param } as it came. fail: what the core makes of the status, if that said failure. -> a fail
function codes.fail(err, job, fail)
    local code = typed.text(err.code) or ""
    local row = coded.row(ROWS, code)
    local words = words_of(code, typed.text(err.message) or "")
    return coded.fail(row, words, param_of(row and row.param or err.param, job), job, fail)
end

return codes
