#include "base/draw/merkle.hpp"

#include <array>
#include <utility>

#include "base/assert.hpp"

namespace fairrush {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix{0x01};

Digest node(const Digest& left, const Digest& right) {
  return sha256({kNodePrefix, left, right});
}

}  // namespace

Digest merkle_leaf(ByteView data) {
  return sha256({kLeafPrefix, data});
}

// RFC 9162 splits at the largest power of two below the size. Pairing level by level and carrying
// an unpaired last node upwards builds the same tree.
MerkleTree::MerkleTree(std::vector<Digest> leaves) {
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> level;
    level.reserve((below.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
      level.push_back(node(below[i], below[i + 1]));
    }
    if (below.size() % 2 == 1) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
}

Digest MerkleTree::root() const {
  return levels_.back().empty() ? sha256({}) : levels_.back().front();
}

std::vector<Digest> MerkleTree::proof(std::size_t index) const {
  FAIRRUSH_ASSERT(index < levels_.front().size());
  std::vector<Digest> path;
  for (const std::vector<Digest>& level : levels_) {
    const std::size_t sibling = index ^ 1;
    if (sibling < level.size()) path.push_back(level[sibling]);
    index /= 2;
  }
  return path;
}

void MerkleStream::prove_next() {
  FAIRRUSH_ASSERT(!chosen_);
  chosen_ = true;
  next_is_chosen_ = true;
}

void MerkleStream::add(const Digest& leaf) {
  subtrees_.push_back({leaf, 1, next_is_chosen_});
  next_is_chosen_ = false;
  ++size_;
  while (subtrees_.size() > 1 &&
         subtrees_.back().leaves == subtrees_[subtrees_.size() - 2].leaves) {
    join_last(subtrees_, path_);
  }
}

void MerkleStream::join_last(std::vector<Subtree>& subtrees, std::vector<Digest>& path) {
  const Subtree right = subtrees.back();
  subtrees.pop_back();
  Subtree& left = subtrees.back();
  if (left.has_chosen) path.push_back(right.root);
  if (right.has_chosen) path.push_back(left.root);
  left = {node(left.root, right.root), left.leaves + right.leaves,
          left.has_chosen || right.has_chosen};
}

MerkleStream::Result MerkleStream::finish() const {
  std::vector<Subtree> subtrees = subtrees_;
  Result result{.root = sha256({}), .path = path_};
  while (subtrees.size() > 1) join_last(subtrees, result.path);
  if (!subtrees.empty()) result.root = subtrees.front().root;
  return result;
}

bool verify_inclusion(const InclusionClaim& claim, const Digest& root) {
  if (claim.index >= claim.size) return false;
  std::uint64_t first = claim.index;
  std::uint64_t last = claim.size - 1;
  Digest hash = claim.leaf;
  for (const Digest& sibling : claim.path) {
    if (last == 0) return false;
    if (first % 2 == 1 || first == last) {
      hash = node(sibling, hash);
      while (first % 2 == 0 && first != 0) {
        first /= 2;
        last /= 2;
      }
    } else {
      hash = node(hash, sibling);
    }
    first /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

}  // namespace fairrush
