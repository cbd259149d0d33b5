-- workflow.lua - which workflow is meant, what does it want to know, and how is it told?
--
-- A workflow is a text of JSON in API format with named holes in it, such as
-- "%prompt%". It is never taken apart and put back: holes are filled in the text, so
-- that all else stays as its author has it, to the last digit.
-- SPDX-License-Identifier: MIT

local workflow = {}

local HOLE = "%%(%l[%l%d_]*)%%"
local OWN = { year = true, month = true, day = true, hour = true, minute = true, second = true }   -- of file names there

-- The names of a text's holes, as a set.
function workflow.holes(text)
    local found = {}
    for name in text:gmatch(HOLE) do
        found[name] = not OWN[name] or nil
    end
    return found
end

-- How many pictures it wants: image, image_2, and so on without a gap.
function workflow.pictures(holes)
    local count = holes.image and 1 or 0
    while count > 0 and holes["image_" .. count + 1] do
        count = count + 1
    end
    return count
end

-- "%width%" by itself becomes a number, without the quotes; within a text anything becomes text.
local function filled(before, after, value)
    if math.type(value) ~= "integer" then
        return before .. pictor.json.encode(value):sub(2, -2) .. after
    elseif before == '"' and after == '"' then
        return ("%d"):format(value)
    end
    return ("%s%d%s"):format(before, value, after)
end

-- values: name -> text or whole number. What a value says is not looked at for holes again.
function workflow.fill(text, values)
    return (text:gsub('(\\?"?)' .. HOLE .. '("?)', function(before, name, after)
        return values[name] ~= nil and filled(before, after, values[name]) or nil
    end))
end

-- What a text by itself is for: its holes say so.
function workflow.kind(text)
    local holes = workflow.holes(text)
    return holes.mask and "inpaint" or holes.image and "edit" or "text"
end

-- For pictures or none, a mask or none. -> the kind, its text (nil: there is none), the size that it draws
function workflow.choose(options, model, pictures, mask)
    local given, kind = options.workflows[model], mask and "inpaint" or pictures and "edit" or "text"
    if type(given) == "string" then
        given = { [workflow.kind(given)] = given }
    end
    return kind, given[kind], given.size or options.size
end

return workflow
