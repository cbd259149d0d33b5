-- place.lua - on which line of pictor.lua does an option stand?
--
-- A table does not remember where its keys were written, so the text is asked
-- again: the names of the path in their order. A hint for messages, no parser.
-- SPDX-License-Identifier: MIT
local place = {}

local function position_behind(text, name, from)
    local word = name:gsub("%W", "%%%0")
    for _, pattern in ipairs { "%f[%w_]" .. word .. "%s*=", "%[%s*[\"']" .. word .. "[\"']%s*%]%s*=" } do
        local _, last = text:find(pattern, from)
        if last then
            return last
        end
    end
    return nil
end

local function line_at(text, position)
    local _, breaks = text:sub(1, position):gsub("\n", "")
    return breaks + 1
end

-- Comments become spaces, so that what they mention is not taken for an option.
local function without_comments(text)
    return (text:gsub("%-%-[^\n]*", function(comment) return (" "):rep(#comment) end))
end

-- path: "providers.google.api_key" or "keys[2].name". The line of its last name that
-- is found, or nil.
function place.line(text, path)
    local plain, position = without_comments(text), 1
    local found
    for name in path:gsub("%[%d+%]", ""):gmatch "[^.]+" do
        local last = position_behind(plain, name, position)
        if not last then
            break
        end
        position, found = last, last
    end
    return found and line_at(plain, found)
end

return place
