-- errors.lua - what does OpenAI say when there is no picture?
--
-- Codes that mean the same in every version of the API, and those of Azure's filter.
-- SPDX-License-Identifier: MIT

local errors = {}

local REFUSALS = {
    moderation_blocked = true, content_policy_violation = true, contentFilter = true, content_filter = true,
    image_content_policy_violation = true, ResponsibleAIPolicyViolation = true,
}
local QUOTA = { insufficient_quota = true, billing_hard_limit_reached = true, billing_not_active = true }
local GONE = { model_not_found = true, DeploymentNotFound = true }

-- A picture that the client brought.
local PICTURES = {
    invalid_image = "invalid_image", invalid_image_file = "invalid_image", invalid_image_format = "invalid_image",
    invalid_base64_image = "invalid_image", invalid_image_mode = "invalid_image", image_parse_error = "invalid_image",
    empty_image_file = "invalid_image", image_too_small = "invalid_image", unsupported_image_media_type = "invalid_image",
    image_too_large = "image_too_large", image_file_too_large = "image_too_large",
}

-- Azure says why within the error.
local function inner_code(err)
    local inner = err.inner_error or err.innererror
    return type(inner) == "table" and inner.code or nil
end

-- For a status that says failure -> a better fail. What Entra says of an application is for the log only.
function errors.read_error(answer, job, fail)
    local description = type(answer.json) == "table" and answer.json.error_description
    fail.reason = type(description) == "string" and pictor.words(description) or nil
    local err = type(answer.json) == "table" and type(answer.json.error) == "table" and answer.json.error or {}
    if REFUSALS[err.code or ""] or REFUSALS[inner_code(err) or ""] then
        return pictor.fail("content_policy_violation", fail.message, { param = "prompt" })
    elseif QUOTA[err.code or ""] or QUOTA[err.type or ""] then
        return pictor.fail("insufficient_quota", fail.message)
    elseif answer.status == 400 and GONE[err.code or ""] then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    elseif answer.status == 400 and err.code == "invalid_mask_image_format" then
        return pictor.fail("invalid_image", fail.message, { param = "mask" })
    elseif answer.status == 400 and PICTURES[err.code or ""] then
        return pictor.fail(PICTURES[err.code], fail.message, { param = job.request and job.request.images_name })
    end
    return fail
end

return errors
