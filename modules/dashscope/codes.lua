-- codes.lua - which of our failures is this one of DashScope's codes?
--
-- A code may come with a status of failure, with a 200, in a task that failed, or in place
-- of one picture of several: it means the same everywhere. What is billed is pictures, so
-- nothing here was charged for.
-- SPDX-License-Identifier: MIT
local coded = require "coded"
local typed = require "typed"

local codes = {}

-- A part of a code, what may stand in the message with it, and what it is; the first that fits.
local ROWS = {
    { "DataInspection", code = "content_policy_violation", param = "prompt" },
    { "^IPInfringement", code = "content_policy_violation", param = "prompt" },
    { "^Throttling%.AllocationQuota", "[Ff]ree allocated quota", code = "insufficient_quota" },
    { "^Throttling", code = "rate_limit_exceeded", retry = true },
    { "^AllocationQuota", code = "insufficient_quota" },
    { "^Arrearage", code = "insufficient_quota" },
    { "BillOverdue", code = "insufficient_quota" },
    { "^CommodityNotPurchased", code = "insufficient_quota" },
    { "^ModelNotFound", code = "model_not_found", param = "model" },
    { "^InvalidImage", code = "invalid_image", param = "images" },
    { "^InvalidFile", code = "invalid_image", param = "images" },
    { "InputDownloadFailed", code = "invalid_image", param = "images" },
    { "^InvalidParameter", code = "invalid_value" },
    { "^BadRequest", code = "invalid_value" },
    { "^Internal", code = "upstream_error", retry = true },
    { "^ServiceUnavailable", code = "upstream_error", retry = true },
}

-- said: { code, message } as it came. fail: what the core makes of the status, if that said failure.
-- -> a fail, or nil when it has no code
function codes.fail(said, job, fail)
    local code, words = typed.filled(said.code), typed.text(said.message) or ""
    if not code then
        return nil
    end
    local row = coded.row(ROWS, code, words)
    local param = row and row.param == "images" and job.request.images_name or row and row.param
    return coded.fail(row, pictor.words(code) .. (words ~= "" and ": " .. pictor.words(words) or ""), param, job, fail)
end

return codes
