/** A cell for a Python kernel that trains a module with PyTorch's hooks until a file is there. */
export function watched(layers: number, file = 'go'): string {
  return `import time
from pathlib import Path
from standin import Model
import jupyterlab_switchyard as switchyard
model = Model(layers=${layers}, num_experts=8, k=2).train()
def name(token):
    return chr(token) if token > 31 else f'<{token}>'
def read(text):
    model([[ord(letter) for letter in text]])
with switchyard.watch(model, tokenizer=name, probe=read) as run:
    while run.payload()['source']['step'] < 8 or not Path('${file}').exists():
        model([[1, 2, 3, 4, 5, 6]])
        run.step(loss=8 / (1 + run.payload()['source']['step']))
        time.sleep(0.1)
print(run.payload()['source']['step'])`;
}
