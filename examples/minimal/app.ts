import { doorstep, requireSignIn } from 'doorstep';
import express from 'express';

const app = express();
const auth = await doorstep();
app.use(auth.middleware);

app.get('/', (req, res) => {
  if (!req.auth.isAuthenticated) {
    res.send('<a href="/sign-in?direct_sign_in=social:huggingface">Continue with Hugging Face</a>');
    return;
  }
  // Whatever somebody calls themselves at Hugging Face, here it is text.
  const name = (req.auth.name ?? req.auth.sub).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  res.send(`<p>Hello, ${name}</p>
    <p><a href="/private">A private page</a></p>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`);
});

app.get('/private', requireSignIn, (req, res) => {
  res.type('text').send(`Only you see this, ${req.auth.sub}`);
});

app.use(auth.errorHandler);
app.listen(process.env.PORT ?? 3000);
