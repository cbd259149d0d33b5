-- errors.lua - what does OpenRouter say when there is no picture?
--
-- Its own errors have a number for a code; what a maker said is wrapped in them, often as
-- text that is JSON again. Refusals for safety come in many words, with any status.
-- SPDX-License-Identifier: MIT

local errors = {}

local REFUSALS = { "moderation_blocked", "content_policy", "content_filter", "content.moderat", "safety system", "IMAGE_SAFETY",
    "PROHIBITED_CONTENT" }

-- Its own moderation gives reasons; a maker's is only wrapped in "Provider returned error".
local function is_refusal(err)
    local metadata = type(err.metadata) == "table" and err.metadata or {}
    if metadata.reasons ~= nil or metadata.flagged_input ~= nil then
        return true
    end
    local said = ("%s %s"):format(pictor.words(err.message), type(metadata.raw) == "string" and metadata.raw or "")
    for _, pattern in ipairs(REFUSALS) do
        if said:match(pattern) then
            return true
        end
    end
    return false
end

-- The words of the maker that are wrapped in it, or "".
local function wrapped(err)
    local raw = type(err.metadata) == "table" and err.metadata.raw
    local inner = type(raw) == "string" and pictor.json.decode(raw)
    inner = type(inner) == "table" and (type(inner.error) == "table" and inner.error or inner) or {}
    local words = inner.message or inner.error or raw
    return type(words) == "string" and words ~= "" and (" (%s)"):format(pictor.words(words)) or ""
end

-- For a status that says failure -> a better fail
function errors.read_error(answer, _, fail)
    local err = type(answer.json) == "table" and type(answer.json.error) == "table" and answer.json.error or {}
    if is_refusal(err) then
        return pictor.fail("content_policy_violation", fail.message .. wrapped(err), { param = "prompt" })
    end
    fail.message = fail.message .. wrapped(err)
    return fail
end

-- A code in a body whose status is 200, as a status would be; any other: a maker failed, and may have charged.
local HIDDEN = {
    [400] = { "invalid_value" }, [402] = { "insufficient_quota" }, [404] = { "model_not_found", param = "model" },
    [429] = { "rate_limit_exceeded", retry = true },
}

-- err: what stood in place of pictures. paid: { usage, cost } of that answer, if it says. -> a fail
function errors.hidden(err, job, paid)
    local message = ("%s: expected a picture, got: %s%s"):format(job.provider.name, pictor.words(err.message or err.code), wrapped(err))
    local row = is_refusal(err) and { "content_policy_violation", param = "prompt" }
        or HIDDEN[math.tointeger(tonumber(err.code))] or { "upstream_error", retry = true, charged = true }
    return pictor.fail(row[1], message, { param = row.param, retry = row.retry, charged = row.charged, usage = paid.usage,
        cost = paid.cost })
end

return errors
