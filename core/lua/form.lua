-- form.lua - how does a form become what JSON would have said?
--
-- multipart/form-data as clients of many ages send it: numbers are text, pictures are
-- called image, image[], image[0] or file, and come in any order. The core has taken
-- it apart: a list of { name, text } and { name, file = mark }.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local json = require "json"

local form = {}

local IMAGE_NAMES = { image = true, ["image[]"] = true, images = true, ["images[]"] = true, file = true, ["file[]"] = true }
local MASK_NAMES = { mask = true, ["mask[]"] = true }
local NUMBERS = { n = true, seed = true, output_compression = true, partial_images = true }

-- -> is it a picture; and which, when its name has a number
local function picture_index(name)
    local index = name:match "^images?%[(%d+)%]$"
    return IMAGE_NAMES[name] or index ~= nil, math.tointeger(tonumber(index))
end

-- A text where a picture belongs is a link.
local function as_picture(part)
    return { data = part.file, link = part.text }
end

-- What JSON would have had in the text's place; a word that is no number stays what it is, to be refused by name.
local function typed(name, text)
    if NUMBERS[name] then
        return math.tointeger(tonumber(text:match "^%-?%d+$")) or text
    elseif name == "stream" and (text == "true" or text == "false") then
        return text == "true"
    end
    return text
end

local function add_picture(pictures, part, index)
    local picture = as_picture(part)
    picture.index, picture.place = index, #pictures
    table.insert(pictures, picture)
end

local function add_field(fields, part, known)
    local name = part.name
    if part.file then
        local expected = known[name] and "text" or "image, image[], image[0], file or mask as the name of a file"
        return fail.parameter(known[name] and "invalid_type" or "unknown_parameter", fail.cut(name), expected, "a file")
    elseif fields[name] ~= nil then
        return fail.parameter("invalid_value", fail.cut(name), "one value", "several")
    end
    fields[name] = typed(name, part.text)
    return nil
end

-- Numbers in the names say the order when all have one; else they come as they came.
local function in_order(pictures)
    for _, picture in ipairs(pictures) do
        if not picture.index then
            return
        end
    end
    table.sort(pictures, function(a, b)
        return a.index < b.index or (a.index == b.index and a.place < b.place)
    end)
end

local function name_them(pictures)
    for i, picture in ipairs(pictures) do
        picture.param = #pictures == 1 and "image" or ("image[%d]"):format(i - 1)
    end
end

local function sort_parts(parts, known)
    local fields, images, masks = {}, {}, {}
    for _, part in ipairs(parts) do
        local is_image, index = picture_index(part.name)
        local err
        if is_image then
            add_picture(images, part, index)
        elseif MASK_NAMES[part.name] then
            add_picture(masks, part)
        else
            err = add_field(fields, part, known)
        end
        if err then
            return nil, nil, nil, err
        end
    end
    return fields, images, masks
end

-- body: the core's list as JSON. known: parameters. -> fields, { images, mask, name } | nil, nil, fail
function form.read(body, known)
    if not utf8.len(body) then
        return nil, nil, fail.new("invalid_value", "body: expected its texts in UTF-8, got bytes that are not")
    end
    local fields, images, masks, err = sort_parts(json.decode(body) or {}, known)
    if not fields then
        return nil, nil, err
    elseif #images == 0 then
        return nil, nil, fail.parameter("missing_required_parameter", "image", "1 to 16 pictures", "none")
    elseif #images > 16 then
        return nil, nil, fail.parameter("invalid_value", "image", "1 to 16 pictures", tostring(#images))
    elseif #masks > 1 then
        return nil, nil, fail.parameter("invalid_value", "mask", "one picture", tostring(#masks))
    end
    in_order(images)
    name_them(images)
    if masks[1] then
        masks[1].param = "mask"
    end
    return fields, { images = images, mask = masks[1], name = "image" }
end

return form
