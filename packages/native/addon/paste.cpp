// Rectangles of images pasted into others, stretched to nearest pixels, and the gradients: copies and sums of runs of pixels.
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

struct Rectangle {
  int64_t y1, x1, y2, x2;

  int64_t height() const { return y2 - y1; }
  int64_t width() const { return x2 - x1; }
  bool isEmpty() const { return y1 == y2 || x1 == x2; }
};

Rectangle rectangle(const int32_t* sides, int64_t height, int64_t width) {
  const Rectangle box{sides[0], sides[1], sides[2], sides[3]};
  if (!(0 <= box.y1 && box.y1 <= box.y2 && box.y2 <= height && 0 <= box.x1 && box.x1 <= box.x2 && box.x2 <= width)) {
    throw std::runtime_error("a box must lie in its image");
  }
  return box;
}

// Images and patches: rows, lines, pixels a line, elements a pixel.
struct PasteShape {
  int64_t rows, height, width, depth, patches, patchHeight, patchWidth;

  explicit PasteShape(const std::vector<int64_t>& n) {
    if (n.size() != 7) throw std::runtime_error("a paste's shape is 7 numbers");
    rows = n[0], height = n[1], width = n[2], depth = n[3], patches = n[4], patchHeight = n[5], patchWidth = n[6];
  }
  int64_t line() const { return width * depth; }
  int64_t size() const { return height * line(); }
  int64_t patchLine() const { return patchWidth * depth; }
  int64_t patchSize() const { return patchHeight * patchLine(); }
};

// What one row shows of which patch, and where.
struct Paste {
  Rectangle to, from;
  int64_t patch;

  int64_t line(int64_t y) const { return from.y1 + (y - to.y1) * from.height() / to.height(); }
  int64_t column(int64_t x) const { return from.x1 + (x - to.x1) * from.width() / to.width(); }
};

// From the arguments (boxes, from, rows) at `index`.
std::vector<Paste> readPastes(const Args& args, size_t index, const PasteShape& s) {
  const int32_t* boxes = args.ints(index, 4 * s.rows);
  const int32_t* from = args.ints(index + 1, 4 * s.rows);
  const int32_t* patches = args.ints(index + 2, s.rows);
  std::vector<Paste> pastes;
  for (int64_t row = 0; row < s.rows; ++row) {
    const Paste paste{rectangle(boxes + 4 * row, s.height, s.width),
                      rectangle(from + 4 * row, s.patchHeight, s.patchWidth), patches[row]};
    const bool hasPixels = paste.to.isEmpty() || !paste.from.isEmpty();
    if (!hasPixels || paste.patch < 0 || paste.patch >= s.patches) {
      throw std::runtime_error("what is pasted must lie in a patch");
    }
    pastes.push_back(paste);
  }
  return pastes;
}

template <int kDepth>
void copyPixels(const float* __restrict from, const std::vector<int64_t>& columns, float* __restrict to) {
  for (size_t x = 0; x < columns.size(); ++x) {
    for (int c = 0; c < kDepth; ++c) to[x * kDepth + c] = from[columns[x] + c];
  }
}

// Copies the pixels that begin at `columns` of a line one after the other.
void copyPixels(const float* from, int64_t depth, const std::vector<int64_t>& columns, float* to) {
  if (depth == 1) return copyPixels<1>(from, columns, to);
  if (depth == 3) return copyPixels<3>(from, columns, to);
  for (size_t x = 0; x < columns.size(); ++x) {
    std::memcpy(to + static_cast<int64_t>(x) * depth, from + columns[x], depth * sizeof(float));
  }
}

// Where the elements of each pixel of a line of the box begin, in a line of the patch.
std::vector<int64_t> columnsOf(const Paste& paste, int64_t depth) {
  std::vector<int64_t> columns(paste.to.isEmpty() ? 0 : paste.to.width());
  for (size_t x = 0; x < columns.size(); ++x) {
    columns[x] = paste.column(paste.to.x1 + static_cast<int64_t>(x)) * depth;
  }
  return columns;
}

void copyRun(const float* from, float* to, int64_t count) { std::memcpy(to, from, count * sizeof(float)); }

// Lines `begin` to `end` of a row; without a patch the box is filled with zeros.
void writeLines(const float* own, const float* patch, const Paste& paste, const PasteShape& s, float* out, int64_t begin,
                int64_t end) {
  const Rectangle& box = paste.to;
  const int64_t line = s.line();
  const int64_t top = box.isEmpty() ? end : std::clamp(box.y1, begin, end);
  const int64_t bottom = box.isEmpty() ? end : std::clamp(box.y2, begin, end);
  copyRun(own + begin * line, out + begin * line, (top - begin) * line);
  const bool stretches = patch != nullptr && paste.from.width() != box.width();
  const auto columns = stretches ? columnsOf(paste, s.depth) : std::vector<int64_t>();
  const int64_t left = box.x1 * s.depth, right = box.x2 * s.depth;
  for (int64_t y = top; y < bottom; ++y) {
    const float* from = own + y * line;
    float* to = out + y * line;
    copyRun(from, to, left);
    copyRun(from + right, to + right, line - right);
    if (patch == nullptr) {
      std::fill(to + left, to + right, 0.0f);
      continue;
    }
    const float* shown = patch + paste.line(y) * s.patchLine();
    if (stretches) copyPixels(shown, s.depth, columns, to + left);
    else copyRun(shown + paste.from.x1 * s.depth, to + left, right - left);
  }
  copyRun(own + bottom * line, out + bottom * line, (end - bottom) * line);
}

// body(row, begin, end) over parts of the rows' lines.
template <typename Body>
void overLines(const PasteShape& s, const Body& body) {
  parallelRanges(s.rows * s.height, s.line(), [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end;) {
      const int64_t row = at / s.height, first = at % s.height;
      const int64_t last = std::min(first + end - at, s.height);
      body(row, first, last);
      at += last - first;
    }
  });
}

// (images, patches, boxes, from, rows, out, shape)
void pasteBoxes(const Args& args) {
  const PasteShape s(args.integers(6));
  const float* images = args.floats(0, s.rows * s.size());
  const float* patches = args.floats(1, s.patches * s.patchSize());
  const auto pastes = readPastes(args, 2, s);
  float* out = args.floats(5, s.rows * s.size());
  overLines(s, [&](int64_t row, int64_t begin, int64_t end) {
    const Paste& paste = pastes[row];
    writeLines(images + row * s.size(), patches + paste.patch * s.patchSize(), paste, s, out + row * s.size(), begin, end);
  });
}

// (dy, boxes, dImages, shape): what lies outside the boxes.
void pasteBoxesImagesGradient(const Args& args) {
  const PasteShape s(args.integers(3));
  const float* dy = args.floats(0, s.rows * s.size());
  const int32_t* boxes = args.ints(1, 4 * s.rows);
  float* dImages = args.floats(2, s.rows * s.size());
  std::vector<Rectangle> holes;
  for (int64_t row = 0; row < s.rows; ++row) holes.push_back(rectangle(boxes + 4 * row, s.height, s.width));
  overLines(s, [&](int64_t row, int64_t begin, int64_t end) {
    const Paste hole{holes[row], holes[row], 0};
    writeLines(dy + row * s.size(), nullptr, hole, s, dImages + row * s.size(), begin, end);
  });
}

void addPasted(const float* dy, const Paste& paste, const PasteShape& s, float* dPatch) {
  const auto columns = columnsOf(paste, s.depth);
  if (columns.empty()) return;
  for (int64_t y = paste.to.y1; y < paste.to.y2; ++y) {
    const float* from = dy + y * s.line() + paste.to.x1 * s.depth;
    float* to = dPatch + paste.line(y) * s.patchLine();
    for (size_t x = 0; x < columns.size(); ++x) {
      for (int64_t c = 0; c < s.depth; ++c) to[columns[x] + c] += from[static_cast<int64_t>(x) * s.depth + c];
    }
  }
}

// (dy, boxes, from, rows, dPatches, shape): every patch sums up the boxes that show it, so that no two threads write to one place.
void pasteBoxesPatchesGradient(const Args& args) {
  const PasteShape s(args.integers(5));
  const float* dy = args.floats(0, s.rows * s.size());
  const auto pastes = readPastes(args, 1, s);
  float* dPatches = args.floats(4, s.patches * s.patchSize());
  std::vector<std::vector<int64_t>> shownIn(s.patches);
  for (int64_t row = 0; row < s.rows; ++row) shownIn[pastes[row].patch].push_back(row);
  parallelRanges(s.patches, s.patchSize() * 2, [&](int64_t begin, int64_t end) {
    for (int64_t patch = begin; patch < end; ++patch) {
      float* dPatch = dPatches + patch * s.patchSize();
      std::fill(dPatch, dPatch + s.patchSize(), 0.0f);
      for (int64_t row : shownIn[patch]) addPasted(dy + row * s.size(), pastes[row], s, dPatch);
    }
  });
}

}  // namespace

void registerPaste(Exports& exports) {
  exports.add("pasteBoxes", pasteBoxes);
  exports.add("pasteBoxesImagesGradient", pasteBoxesImagesGradient);
  exports.add("pasteBoxesPatchesGradient", pasteBoxesPatchesGradient);
}

}  // namespace mix
