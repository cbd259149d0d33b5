-- images_refusals.lua - does an API that is shaped like OpenAI's say that it may not draw this?
--
-- Such hosts have no status of its own for a refusal, and some have none for any error:
-- the words say it, or the error's code.
-- SPDX-License-Identifier: MIT

local refusals = {}

-- In lower case. Not "safety_checker", which is the name of a field.
local REFUSALS = { "nsfw", "content.polic", "content.filter", "moderat", "flagged", "unsafe", "safety%f[^%w_]" }
local REFUSING = { [400] = true, [403] = true, [422] = true }

-- Do these words say that something may not be drawn?
local function is_refusal(words)
    for _, pattern in ipairs(REFUSALS) do
        if type(words) == "string" and words:lower():find(pattern) then
            return true
        end
    end
    return false
end

local text = require("typed").filled

-- An error as bodies have it, an object or a text -> its words and its code, each perhaps nil
local function said(err)
    if type(err) ~= "table" then
        return text(err), nil
    end
    return text(err.message), text(err.code)
end

function refusals.refused(words)
    return pictor.fail("content_policy_violation", "prompt: expected one that the provider draws, got refused: "
        .. pictor.words(words), { param = "prompt", charged = true })
end

-- The error of an answer with status 200 -> fail | nil, where there is none
function refusals.inside(err, job)
    local words, code = said(err)
    if is_refusal(words) or is_refusal(code) then
        return refusals.refused(words or code)
    elseif words or code then
        return pictor.fail("no_images_generated", ("%s: expected a picture, got %s"):format(job.provider.name,
            pictor.words(words or code)), { retry = true, charged = true })
    end
    return nil
end

-- What the core has made of a status -> the same, or a refusal
function refusals.read_error(answer, _, fail)
    local _, code = said(type(answer.json) == "table" and answer.json.error or nil)
    local words = fail.message:match ": expected a picture, got status %d+: (.*)$"
    if REFUSING[answer.status] and (is_refusal(words) or is_refusal(code)) then
        return refusals.refused(words or code)
    end
    return fail
end

return refusals
