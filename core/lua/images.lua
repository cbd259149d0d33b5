-- images.lua - are these pictures, and which?
--
-- Believes nobody: what a provider gave is looked at (type, size, strict base64) by
-- its first bytes before it is called a picture. The bytes stay in the core.
-- SPDX-License-Identifier: MIT
local cost = require "cost"
local fail = require "fail"
local host = require "host"

local images = {}

local function looked_at(picture, job)
    local data = picture.data
    if type(data) ~= "string" then
        return nil, fail.new("invalid_upstream_response", ("%s: expected a picture in base64, got %s"):format(
            job.provider.name, fail.show(data)), { charged = true })
    end
    if data:match "^https?://" then
        return nil, fail.new("invalid_upstream_response",
            ("%s: expected a picture in base64, got a link, which this version does not follow"):format(job.provider.name),
            { charged = true })
    end
    local found, reason = host.picture(data)
    if not found then
        return nil, fail.new("invalid_upstream_response", ("%s: %s, got something else"):format(job.provider.name, reason),
            { retry = true, charged = true })
    end
    found.b64_json, found.revised_prompt = data, picture.revised_prompt
    return found
end

-- results: { pictures = { { data, revised_prompt? } }, usage?, cost? } as read() gives them.
-- -> { picture = the first, usage, cost } | nil, fail. A model that was asked for one
-- picture and sent more gets one counted: the client said how many.
function images.check(results, job)
    local first = results.pictures and results.pictures[1]
    if not first then
        return nil, fail.new("no_images_generated", ("%s: expected a picture, got none"):format(job.provider.name),
            { retry = true, charged = true })
    end
    local picture, err = looked_at(first, job)
    if not picture then
        return nil, err
    end
    return { picture = picture, usage = cost.counted(results.usage), cost = cost.named(results.cost) }
end

return images
