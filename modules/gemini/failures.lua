-- failures.lua - why is there no picture in what Google answered?
--
-- HTTP 200 means little here: the prompt may be blocked, the candidate cut short, or the
-- model may only talk. What was read and said is billed all the same.
-- SPDX-License-Identifier: MIT

local failures = {}

local REFUSALS = {
    SAFETY = true, BLOCKLIST = true, PROHIBITED_CONTENT = true, SPII = true, RECITATION = true,
    IMAGE_SAFETY = true, IMAGE_PROHIBITED_CONTENT = true, IMAGE_RECITATION = true,
}

-- The prompt's fault, yet nobody's safety.
local UNSUITABLE = {
    MAX_TOKENS = "that leaves room for a picture", LANGUAGE = "in a language that the model knows",
}

-- spent: what was used all the same
function failures.refused(reason, words, spent)
    return nil, pictor.fail("content_policy_violation", ("prompt: expected one that the provider draws, got refused: %s%s"):format(
        pictor.words(reason), words and words ~= "" and " (" .. pictor.words(words) .. ")" or ""), { param = "prompt", usage = spent })
end

-- Why there is no picture in an answer that is otherwise well.
function failures.no_picture(candidate, texts, spent)
    local reason, words = candidate.finishReason or "STOP", candidate.finishMessage or texts
    if REFUSALS[reason] then
        return failures.refused(reason, words, spent)
    elseif UNSUITABLE[reason] then
        return nil, pictor.fail("invalid_value", ("prompt: expected one %s, got %s"):format(UNSUITABLE[reason], reason),
            { param = "prompt", charged = true, usage = spent })
    end
    local said = pictor.words(reason) .. (words ~= "" and ", and these words: " .. pictor.words(words) or "")
    return nil, pictor.fail("no_images_generated", "model: expected a picture, got " .. said,
        { retry = true, charged = true, usage = spent })
end

-- RetryInfo says how long to wait; "34s". A bad key is the operator's, not the client's.
function failures.read_error(answer, _, fail)
    local err = type(answer.json) == "table" and answer.json.error
    if type(err) == "string" and answer.json.error_description then     -- of the address that gives tokens
        fail.message = ("%s: %s"):format(pictor.words(err), pictor.words(answer.json.error_description))
    end
    for _, detail in ipairs(type(err) == "table" and err.details or {}) do
        local seconds = type(detail.retryDelay) == "string" and tonumber(detail.retryDelay:match "^([%d.]+)s$")
        if seconds and seconds < 86400 then
            fail.retry_after = fail.retry_after or math.ceil(seconds)
        end
        if tostring(detail.reason):match "^API_KEY_" then
            return pictor.fail("upstream_error", "provider: expected its key to be good, got " .. pictor.words(detail.reason))
        end
    end
    if answer.status == 400 and type(err) == "table" and err.status == "FAILED_PRECONDITION" then
        return pictor.fail("upstream_error", fail.message)
    end
    return fail
end

return failures
