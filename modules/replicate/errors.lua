-- errors.lua - which of our failures is what Replicate says?
--
-- An order is refused with a status, a title and a detail. What a model refuses, or
-- fails at, is a prediction that has ended, and a text that only people were meant to read.
-- SPDX-License-Identifier: MIT

local errors = {}

local REFUSALS = { "nsfw", "(e005)", "sensitive", "flagged", "moderat", "content policy", "safety filter", "prohibited" }

local function is_refusal(words)
    for _, word in ipairs(REFUSALS) do
        if words:lower():find(word, 1, true) then
            return true
        end
    end
    return false
end

-- The model's or the platform's word that it is the input that does not fit.
local function is_about_input(words)
    return words:find("(E006)", 1, true) or words:find "^Input validation error"
end

-- Why a prediction ended without a picture -> fail. Somebody else may have cancelled it: that is no reason to order again.
function errors.of_prediction(prediction)
    local words = type(prediction.error) == "string" and prediction.error or ""
    local said = words ~= "" and pictor.words(words) or prediction.status
    if is_refusal(words) then
        return pictor.fail("content_policy_violation", "prompt: expected one that the provider draws, got refused: " .. said,
            { param = "prompt", charged = true })
    elseif is_about_input(words) then
        return pictor.fail("invalid_value", "provider: expected an input that it takes, got: " .. said, { charged = true })
    end
    return pictor.fail("upstream_error", "provider: expected a picture, got: " .. said,
        { retry = prediction.status == "failed" or nil, charged = true })
end

local CLIENTS = { invalid_value = true, model_not_found = true, request_too_large = true }

-- answer, job, fail as the core has it -> a better one, or the same. A client is not to blame for what is wrong with an
-- order that was taken.
function errors.of_status(answer, _, fail)
    if answer.memo and CLIENTS[fail.code] then
        return pictor.fail("upstream_error", fail.message)
    elseif answer.status == 422 and fail.message:lower():find "version does not exist" then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    end
    return fail
end

return errors
