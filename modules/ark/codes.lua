-- codes.lua - which of our failures is this one of Ark's codes?
--
-- Said of a call, or in place of a picture: it means the same. Billed is what was drawn and delivered, so nothing here
-- was charged for.
-- SPDX-License-Identifier: MIT

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

local function row_of(code)
    for _, row in ipairs(ROWS) do
        if code:find(row[1]) then
            return row
        end
    end
    return nil
end

-- A field as the client knows it; the provider leaves it empty at times.
local function param_of(field, job)
    if type(field) ~= "string" or field == "" then
        return nil
    end
    return field:find "^image" and (job.request.images_name or "images") or field
end

-- "InternalServiceError: The service …"
local function words_of(code, said)
    local words = code .. (code ~= "" and said ~= "" and ": " or "") .. said
    return words ~= "" and pictor.words(words) or "an error without words"
end

-- err: { code, message, param } as it came. fail: what the core makes of the status, if that said failure. -> a fail
function codes.fail(err, job, fail)
    local code = type(err.code) == "string" and err.code or ""
    local row = row_of(code)
    if not row and fail then
        return fail
    end
    row = row or { code = "upstream_error" }
    local said = type(err.message) == "string" and err.message or ""
    local message = fail and fail.message or ("%s: expected a picture, got %s"):format(job.provider.name, words_of(code, said))
    return pictor.fail(row.code, message, { param = param_of(row.param or err.param, job), retry = row.retry,
        retry_after = fail and fail.retry_after })
end

return codes
