-- inputs.lua - which pictures does the client send along, and are they pictures?
--
-- Takes them out of a body, fetches links side by side, and looks at each: type, pixels,
-- bytes. What is a picture here has { data = mark or base64, type, mime, width, height,
-- alpha, bytes, param }; a part's or a link's own word about its type is not believed.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local links = require "links"

local MOST = 16
local TYPES = { png = true, jpeg = true, webp = true }

local inputs = {}

-- ---- out of a JSON body ------------------------------------------------------------------------------------------

-- { image_url = "https://…" or "data:…" } -> { link, param } | nil, fail
local function entry(value, param)
    if type(value) ~= "table" then
        return nil, fail.parameter("invalid_type", param, "an object with image_url", fail.show(value))
    elseif value.file_id ~= nil then
        return nil, fail.parameter("unsupported_parameter", param .. ".file_id", "image_url in its place: this gateway keeps no files",
            fail.show(value.file_id))
    end
    for name in pairs(value) do
        if name ~= "image_url" then
            local shown = ("%s.%s"):format(param, fail.cut(tostring(name)))
            return nil, fail.parameter("unknown_parameter", shown, "image_url only", "an unknown parameter")
        end
    end
    if type(value.image_url) ~= "string" then
        return nil, fail.parameter(value.image_url == nil and "missing_required_parameter" or "invalid_type",
            param .. ".image_url", "an https:// address or a data link", fail.show(value.image_url))
    end
    return { link = value.image_url, param = param .. ".image_url" }
end

local function entries(list)
    if type(list) ~= "table" or (next(list) ~= nil and list[1] == nil) then
        return nil, fail.parameter("invalid_type", "images", "a list of { image_url }", fail.show(list))
    elseif #list == 0 or #list > MOST then
        return nil, fail.parameter("invalid_value", "images", ("1 to %d pictures"):format(MOST), tostring(#list))
    end
    local result = {}
    for i, value in ipairs(list) do
        local one, err = entry(value, ("images[%d]"):format(i - 1))
        if not one then
            return nil, err
        end
        result[i] = one
    end
    return result
end

-- Takes images and mask out of the body. -> { images, mask, name } | nil, fail
function inputs.take(body)
    if body.images == nil then
        return nil, fail.parameter("missing_required_parameter", "images", ("1 to %d pictures"):format(MOST), "none")
    end
    local images, err = entries(body.images)
    local mask
    if images and body.mask ~= nil then
        mask, err = entry(body.mask, "mask")
    end
    body.images, body.mask = nil, nil
    if err then
        return nil, err
    end
    return { images = images, mask = mask, name = "images" }
end

-- ---- into pictures -----------------------------------------------------------------------------------------------

local function all(request)
    local list = { table.unpack(request.images) }
    list[#list + 1] = request.mask
    return list
end

-- Files and data links are here already; -> those that are elsewhere | nil, fail
local function look_at_those_here(list)
    local elsewhere = {}
    for _, picture in ipairs(list) do
        local found, err
        if picture.data then
            found = host.picture(picture.data)
            err = not found and fail.parameter("invalid_image", picture.param, "a picture (png, jpeg or webp)", "something else")
        elseif picture.link:lower():match "^data:" then
            found, err = links.data(picture.link, picture.param)
        elseif picture.link:lower():match "^https://" then
            elsewhere[#elsewhere + 1] = picture
        else
            err = fail.parameter("invalid_image_url", picture.param, "an https:// address or a data link", fail.show(picture.link))
        end
        if err then
            return nil, err
        end
        for name, value in pairs(found or {}) do
            picture[name] = value
        end
    end
    return elsewhere
end

-- In place of pictures that nobody has fetched.
local function stand_in(elsewhere)
    for _, picture in ipairs(elsewhere) do
        picture.data, picture.type, picture.mime = "<" .. picture.link .. ">", "png", "image/png"
    end
end

local function fetch(elsewhere, settings, deadline)
    local wanted = {}
    for i, picture in ipairs(elsewhere) do
        wanted[i] = { url = picture.link, param = picture.param }
    end
    local found, err = links.fetch(wanted, settings, deadline)
    if not found then
        return err
    end
    for i, picture in ipairs(elsewhere) do
        for name, value in pairs(found[i]) do
            picture[name] = value
        end
    end
    return nil
end

-- Before anybody decodes it.
local function unfit(picture, limits)
    if not TYPES[picture.type] then
        return fail.parameter("invalid_image", picture.param, "png, jpeg or webp", picture.type)
    elseif picture.bytes > limits.picture then
        return fail.parameter("image_too_large", picture.param, ("at most %d bytes"):format(limits.picture),
            ("%d"):format(picture.bytes))
    elseif picture.width * picture.height > limits.pixels then
        return fail.parameter("image_too_large", picture.param, ("at most %d pixels"):format(limits.pixels),
            ("%dx%d"):format(picture.width, picture.height))
    end
    return nil
end

-- A photograph may be stored lying, with a note that it stands; the module that can read it judges later.
local function may_be_turned(first, mask)
    return first.type == "jpeg" and mask.width == first.height and mask.height == first.width and host.has_task "image.mask"
end

-- OpenAI's convention: transparent is what may be edited, and it lies on the first picture.
local function wrong_mask(request)
    local mask, first = request.mask, request.images[1]
    if mask.type ~= "png" or not mask.alpha then
        return fail.parameter("invalid_image", mask.param, "a png with an alpha channel, transparent where to edit",
            mask.alpha and mask.type or ("a %s without one"):format(mask.type))
    elseif (mask.width ~= first.width or mask.height ~= first.height) and not may_be_turned(first, mask) then
        return fail.parameter("invalid_image", mask.param, ("%dx%d, the size of the first picture"):format(first.width, first.height),
            ("%dx%d"):format(mask.width, mask.height))
    end
    return nil
end

local function check_all(request, list, settings)
    for _, picture in ipairs(list) do
        local err = unfit(picture, settings.limits)
        if err then
            return err
        end
    end
    return request.mask and wrong_mask(request) or nil
end

-- Looks at every picture of the request, and fetches what is elsewhere; not when it is only to be
-- explained, since that must send nothing. -> nil | fail
function inputs.look(request, settings, deadline, only_explain)
    local list = all(request)
    local elsewhere, err = look_at_those_here(list)
    if elsewhere and #elsewhere > 0 then
        if only_explain then
            return stand_in(elsewhere)
        end
        err = fetch(elsewhere, settings, deadline)
    end
    return err or check_all(request, list, settings)
end

-- Where and when a photograph was taken is nobody's business upstream. -> nil | fail
local function strip(list)
    local ops = {}
    for i, picture in ipairs(list) do
        ops[i] = host.task("image.strip", { picture = { picture = picture.data } })
    end
    for i, picture in ipairs(list) do
        local result = fanout.wait(ops[i])
        if result.outcome ~= "answered" then
            return fail.parameter("invalid_image", picture.param, "a picture that can be read", result.reason)
        end
        picture.data = result.values.picture
    end
    return nil
end

-- Checked to the pixel, and turned: OpenAI's transparent means "edit"; other models want white or
-- black there. -> a mask of that kind | nil, fail
local function turned(request, kind, settings)
    local mask = request.mask
    local result = fanout.wait(host.task("image.mask", {
        mask = { picture = mask.data }, picture = { picture = request.images[1].data }, kind = kind,
        max_pixels = settings.limits.pixels,
    }))
    if result.outcome ~= "answered" then
        return nil, fail.new("invalid_image", result.reason, { param = mask.param })
    end
    return { data = result.values.picture, type = "png", mime = "image/png", width = mask.width, height = mask.height }
end

-- The client's own mask stays what it is: a candidate that emulates one needs it. -> nil | fail
local function turn_masks(plan, settings)
    local kinds = {}
    for _, job in ipairs(plan.jobs) do
        local kind = job.mask and job.row.mask or "alpha"
        if not kinds[kind] then
            local mask, err = turned(plan.request, kind, settings)
            if not mask then
                return err
            end
            kinds[kind] = mask
        end
        if kind ~= "alpha" then
            job.mask = kinds[kind]
        end
    end
    return nil
end

-- What is done to the pictures once the plan is made, and before any goes out. -> nil | fail
function inputs.prepare(plan, settings)
    local request = plan.request
    local err
    if request.images and settings.privacy.strip_metadata then
        err = strip(all(request))
    end
    if not err and request.mask and host.has_task "image.mask" then
        err = turn_masks(plan, settings)
    end
    return err
end

return inputs
